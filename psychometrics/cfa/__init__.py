"""Confirmatory factor analysis: one parameter table, several estimators, honest fits.

A new rival model goes into ``competing_models``, a new discrepancy beside ``ml_discrepancy``,
``fiml`` and ``dwls``.
"""

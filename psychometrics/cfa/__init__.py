"""Confirmatory factor analysis: one parameter table, several estimators, honest fits.

A new rival model goes into ``rivals``, a new discrepancy beside ``normal``, ``fiml`` and ``dwls``.
"""

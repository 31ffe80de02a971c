"""Psychometrics as mathematics: arrays and values in, values out.

No web, database, file, clock, log, print or global random generator in here.
"""

"""Importing this module loads every engine; the server that analyses are forked from does it."""

from service.processes.analysis import load_engines

load_engines()

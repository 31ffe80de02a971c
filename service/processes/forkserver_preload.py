"""Importing this module loads every engine; the server that analyses are forked from does it."""

import sqlite3  # noqa: F401 loaded here, before a limit on memory could prevent it

from service.processes.step_process import load_engines

load_engines()

"""``alliance doctor``: check a deployment."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

import orjson

from service.adapters.database.engine import Database
from service.config import Config
from service.deployment import look_over


def declare(_: argparse.ArgumentParser) -> None:
    """Declare the arguments: none."""


def run(_: argparse.Namespace) -> int:
    """Print every check as JSON; 1 where one failed, which is said on standard error too."""
    config = Config.from_environment()
    database = Database(config.sqlalchemy_url)
    try:
        checks = look_over(config, database)
    finally:
        database.close()
    answer = {"ok": all(one.ok is not False for one in checks), "checks": list(map(asdict, checks))}
    sys.stdout.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode() + "\n")
    for one in checks:
        if one.ok is False:
            sys.stderr.write(f"{one.name}: {one.detail}\n")
    return 0 if answer["ok"] else 1

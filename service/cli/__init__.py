"""The command line: one module for each command, imported when it is called.

Exit status 0; 2 for refused input, with one clear line per fault on standard error; 1 for anything
else. Standard output holds the answer alone.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import NoReturn

from psychometrics.errors import PsychometricsError
from schemas.validation_errors import Fault, RefusedInputError, UnreadableInputError
from service.errors import ServiceError

COMMANDS: Mapping[str, str] = {
    "serve": "start the service",
    "work": "run analyses",
    "sandbox": "start a service with examples that leaves nothing behind",
    "inspect": "print how a file is read, and what cannot be known",
    "score": "score the answers in a file",
    "analyze": "analyse the answers in a file",
    "report": "write the validity report of the answers in a file",
    "simulate": "write a sample with known truth",
    "instruments": "list the instruments, or print one",
    "migrate": "bring the database's schema forward",
    "keys": "make, rotate, list and revoke API keys",
    "clients": "register, list and revoke OAuth clients",
    "retention": "say how long answers are kept, and delete older ones",
    "backup": "write everything a deployment needs into one archive",
    "restore": "put an archive into an empty deployment",
    "doctor": "check database, schema, audit trail, settings and queue",
    "audit": "print the audit trail, or check that it is whole",
    "openapi": "print the OpenAPI specification",
    "settings": "print what the environment can set",
}
"""Each is a module of this package with ``declare(parser)`` and ``run(arguments)``."""


MAXIMUM_LINES = 12
"""Lines that a refused input is answered with."""

_THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Set to one before NumPy is loaded, unless the environment says more: the matrices are small, and
several threads would spend their time waiting for each other."""


class Parser(argparse.ArgumentParser):
    """Refuses what it does not understand in one line, as every other fault is said."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end with exit status 2."""
        self.exit(2, f"{self.prog}: {message} (`{self.prog} --help` says more)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    os.environ.update({name: "1" for name in _THREAD_SETTINGS if name not in os.environ})
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = _overview().parse_args(words[:1]).command
    command = import_module(f"service.cli.{name}")
    parser = Parser(prog=f"alliance {name}", description=COMMANDS[name])
    command.declare(parser)
    try:
        return int(command.run(parser.parse_args(words[1:])) or 0)
    except RefusedInputError as error:
        _say_faults(error.faults)
        return 2
    except UnreadableInputError as error:
        _say(error.detail)
        return 2
    except PsychometricsError as error:
        _say(f"{error}.")
        return 2
    except ServiceError as error:
        _say(error.detail)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def _overview() -> argparse.ArgumentParser:
    parser = Parser(
        prog="alliance",
        description="Score the Working Alliance Inventory and test whether it holds up.",
        epilog="`alliance COMMAND --help` says more.",
    )
    parser.add_argument("--version", action="version", version=f"alliance {version('alliance')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        commands.add_parser(name, help=purpose, add_help=False)
    return parser


def _say_faults(faults: Sequence[Fault]) -> None:
    """Say each fault in a line; what concerns the whole first, and so many lines at most."""
    ordered = sorted(faults, key=lambda fault: fault.pointer != "")
    further = len(ordered) - MAXIMUM_LINES + 1 if len(ordered) > MAXIMUM_LINES else 0
    for fault in ordered[: len(ordered) - further]:
        _say(f"{fault.pointer or '/'}: {fault.detail}")
    if further:
        _say(f"/: {further} further faults are not listed.")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")

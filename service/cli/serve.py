"""``alliance serve``: the whole service on one machine, or its web part alone."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import socket
import sys
from pathlib import Path

from service.audit import AuditKey
from service.cli.argument_types import whole_number
from service.config import Config, unknown_settings
from service.errors import ConfigurationError, UnavailableError
from service.processes.cpu_count import usable_cores
from service.processes.supervisor import Supervisor
from service.request_logging import configure_logging, log

MOST_PROCESSES = 1024
_EXPOSED = (
    "listening beyond this machine without a proxy: slow clients can occupy every thread, and "
    "nothing is encrypted; put a proxy in front and set ALLIANCE_PROXIES (docs/operations.md)"
)


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--port", type=whole_number(1, 65_535), default=8000, help="port to listen on"
    )
    parser.add_argument(
        "--workers",
        type=whole_number(1, MOST_PROCESSES),
        default=usable_cores(),
        help="number of web processes",
    )
    parser.add_argument(
        "--no-worker",
        action="store_true",
        help="web processes only; `alliance work` runs the analyses elsewhere",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal asks to stop."""
    config = Config.from_environment()
    configure_logging(config.log_level)
    name_unknown_settings()
    os.umask(0o077)
    if arguments.no_worker:
        _see_to_the_key(config)
        return _run_web(config, arguments)
    check_port_is_free(arguments.host, arguments.port)
    return run_all(config, arguments)


def name_unknown_settings() -> None:
    """Log the variables that look like settings and are none: a typing error goes unseen else."""
    unknown = unknown_settings()
    if unknown:
        log(
            f"unknown settings, see `alliance settings`: {', '.join(unknown)}",
            level=logging.WARNING,
        )


def _run_web(config: Config, arguments: argparse.Namespace) -> int:
    from service.metrics import prepare_folder

    if config.metrics:
        prepare_folder(config.metrics_folder)
    if not config.trusted_proxies and not _is_loopback(arguments.host):
        log(_EXPOSED, level=logging.WARNING)
    from service.processes.web import run_web

    run_web(config, host=arguments.host, port=arguments.port, workers=arguments.workers)
    return 0


def _see_to_the_key(config: Config) -> None:
    """Check the key of the audit trail; while the database is away, that there is one."""
    from service.adapters.database.audit import prepare_key
    from service.adapters.database.engine import Database

    key = AuditKey(config.audit_key, config.data.resolve())
    database = Database(config.sqlalchemy_url)
    try:
        prepare_key(database, key)
    except UnavailableError:
        if not key.exists:
            raise
    finally:
        database.close()


def run_all(config: Config, arguments: argparse.Namespace) -> int:
    """Serve with a worker beside the web processes."""
    from service.adapters.database.engine import Database
    from service.adapters.database.migrate import migrate

    database = Database(config.sqlalchemy_url)
    migrate(database)
    database.close()
    _see_to_the_key(config)
    _say_what_to_do(arguments.host, arguments.port)
    web = [
        "serve",
        "--no-worker",
        f"--host={arguments.host}",
        f"--port={arguments.port}",
        f"--workers={arguments.workers}",
    ]
    return Supervisor(web, [["work"]]).run()


def _say_what_to_do(host: str, port: int) -> None:
    """Tell a person at a terminal where the pages are and how to get in; programs read the log."""
    if not sys.stderr.isatty():
        return
    program = sys.argv[0] if Path(sys.argv[0]).name == "alliance" else "alliance"
    address = f"[{host}]" if ":" in host else host
    sys.stderr.write(
        f"\n  Open http://{address}:{port}/ in a browser; the API's page is at /docs."
        f"\n  To sign in, make a key in another terminal:  {program} keys create --tenant NAME"
        "\n  Ctrl-C stops the service.\n\n"
    )


def _is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address; a name other than ``localhost`` may be any."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_port_is_free(host: str, port: int) -> None:
    """Refuse a port on which something listens, before anything is prepared."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"Cannot listen on {host} port {port} ({error.strerror}); "
                "choose another with --host and --port."
            ) from None

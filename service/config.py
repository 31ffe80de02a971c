"""Configuration: everything comes from the environment, once, when a process starts."""

# ruff: noqa: RUF009 -- `_setting` declares a field, as `dataclasses.field` does
from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from service.errors import ConfigurationError
from service.outbound_http import AllowedHosts, are_hosts

MEBIBYTE = 1024 * 1024
_SHORTEST_SECRET = 32
_FROM_FILE = "_FILE"


def _whole(lowest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = int(text)
        if number < lowest:
            raise ValueError
        return number

    return parse


def _switch(text: str) -> bool:
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
        text.lower()
    ]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.replace(",", " ").split())


def _address(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^/?#\s]+(/[^?#\s]*[^/?#\s])?", text):
        raise ValueError
    return text


def _origins(text: str) -> frozenset[str]:
    origins = _words(text)
    if not all(re.fullmatch(r"https?://[a-z0-9.\[\]:-]+", origin) for origin in origins):
        raise ValueError
    return origins


def _hosts(text: str) -> frozenset[str]:
    hosts = _words(text.lower())
    if not are_hosts(hosts):
        raise ValueError
    return hosts


def _secret(text: str) -> str:
    if text and len(text) < _SHORTEST_SECRET:
        raise ValueError
    return text


def _setting(
    variable: str, parse: Callable[[str], Any], default: str, rule: str, description: str
) -> Any:
    """Declare a field that is read from an environment variable."""
    return field(
        metadata={
            "variable": variable,
            "parse": parse,
            "default": default,
            "rule": rule,
            "description": description,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What can be set; :func:`settings_table` prints the same for people.

    Attributes
    ----------
    data
        Folder of the embedded database and of the metrics' files.
    database_url
        Address of the database; empty for the embedded one.
    public_url
        Address by which callers reach the service, without a slash at the end.
    audit_key
        Key of the audit trail's hashes; empty to have one made beside the data.
    maximum_body
        Largest request body, in bytes.
    maximum_rows
        Largest number of responses in one request.
    requests_per_minute
        Requests of one key or client a minute; 0 is no limit.
    failed_attempts
        Failed attempts to authenticate from one address a minute; 0 is no limit.
    trusted_proxies
        Proxies in front of the service whose ``X-Forwarded-For`` is believed.
    maximum_unfinished
        Analyses of one tenant that may wait or run.
    metrics
        Whether ``/metrics`` exists.
    key_cache_seconds
        How long a checked API key is remembered; a revoked key works at most this much longer.
    maximum_wait
        Longest time a request may wait for an analysis, in seconds.
    maximum_stream
        Longest time one event stream stays open, in seconds.
    job_slots
        Analyses that one worker runs side by side.
    job_slots_altogether
        Analyses that all workers run side by side; 0 is no limit.
    job_deadline
        Longest time of one analysis, in seconds.
    job_memory
        Memory of one analysis beyond the loaded engines, in bytes.
    report_seconds
        Longest time a report may take, waiting for others included.
    result_days
        Days after which a finished analysis is deleted; 0 is never.
    worker_time_to_live
        After how many seconds without a heartbeat a worker counts as dead.
    retention_days
        After how many days answers, and what was derived from them, are deleted; 0 is never.
    confirmed_keys
        Instruments whose unverified key the deployer has confirmed.
    cors_origins
        Sites whose pages may call the service from a browser.
    jwks_hosts
        Hosts from which clients' public keys are fetched.
    webhook_hosts
        Hosts that webhooks may lead to.
    private_hosts
        Of the hosts that the service calls, those with private addresses, or without TLS.
    log_level
        Lowest level that is logged.
    """

    data: Path = _setting(
        "ALLIANCE_DATA", Path, "var", "a folder", "Folder of the embedded database."
    )
    database_url: str = _setting(
        "DATABASE_URL",
        str,
        "",
        "a database address",
        "Database, as postgresql://user@host/name; empty is the embedded SQLite.",
    )
    public_url: str = _setting(
        "ALLIANCE_PUBLIC_URL",
        _address,
        "",
        "an address like https://alliance.example.org, without a slash at the end",
        "Address by which callers reach the service; where it listens, if empty.",
    )
    audit_key: str = _setting(
        "ALLIANCE_AUDIT_KEY",
        _secret,
        "",
        "a text of at least 32 characters",
        "Key of the audit trail's hashes, the same on all machines; made once, if empty.",
    )
    maximum_body: int = _setting(
        "ALLIANCE_MAXIMUM_BODY",
        _whole(1024),
        str(32 * MEBIBYTE),
        "a whole number, at least 1024",
        "Largest request body, in bytes.",
    )
    maximum_rows: int = _setting(
        "ALLIANCE_MAXIMUM_ROWS",
        _whole(1),
        "250000",
        "a whole number, at least 1",
        "Largest number of responses in one request.",
    )
    requests_per_minute: int = _setting(
        "ALLIANCE_RATE",
        _whole(0),
        "300000",
        "a whole number, at least 0",
        "Requests a minute of one key or client, on each machine; 0 is no limit.",
    )
    failed_attempts: int = _setting(
        "ALLIANCE_FAILED_RATE",
        _whole(0),
        "600",
        "a whole number, at least 0",
        "Failed attempts to authenticate a minute from one address; 0 is no limit.",
    )
    trusted_proxies: int = _setting(
        "ALLIANCE_PROXIES",
        _whole(0),
        "0",
        "a whole number, at least 0",
        "Proxies in front of the service whose `X-Forwarded-For` is believed.",
    )
    maximum_unfinished: int = _setting(
        "ALLIANCE_MAXIMUM_UNFINISHED",
        _whole(1),
        "500",
        "a whole number, at least 1",
        "Analyses of one tenant that may wait or run at a time.",
    )
    metrics: bool = _setting(
        "ALLIANCE_METRICS", _switch, "0", "1 or 0", "Whether /metrics exists (unauthenticated)."
    )
    key_cache_seconds: int = _setting(
        "ALLIANCE_KEY_CACHE",
        _whole(0),
        "5",
        "a whole number, at least 0",
        "Seconds a checked API key is remembered, so also until a revoked one stops working.",
    )
    maximum_wait: int = _setting(
        "ALLIANCE_MAXIMUM_WAIT",
        _whole(0),
        "30",
        "a whole number, at least 0",
        "Longest `Prefer: wait`, in seconds.",
    )
    maximum_stream: int = _setting(
        "ALLIANCE_MAXIMUM_STREAM",
        _whole(1),
        "300",
        "a whole number, at least 1",
        "Longest time one event stream stays open, in seconds; clients reconnect by themselves.",
    )
    job_slots: int = _setting(
        "ALLIANCE_JOB_SLOTS",
        _whole(1),
        "2",
        "a whole number, at least 1",
        "Analyses that one worker runs side by side.",
    )
    job_slots_altogether: int = _setting(
        "ALLIANCE_JOB_SLOTS_ALTOGETHER",
        _whole(0),
        "0",
        "a whole number, at least 0",
        "Analyses that all workers run side by side; 0 is no limit.",
    )
    job_deadline: int = _setting(
        "ALLIANCE_JOB_DEADLINE",
        _whole(1),
        "1800",
        "a whole number, at least 1",
        "Longest time of one analysis, in seconds.",
    )
    job_memory: int = _setting(
        "ALLIANCE_JOB_MEMORY",
        _whole(256 * MEBIBYTE),
        str(4096 * MEBIBYTE),
        "a whole number, at least 268435456",
        "Memory that one analysis may use beyond the loaded engines, in bytes.",
    )
    report_seconds: int = _setting(
        "ALLIANCE_REPORT_SECONDS",
        _whole(1),
        "60",
        "a whole number, at least 1",
        "Longest time that a report may take to be written, in seconds; 503 after that.",
    )
    result_days: int = _setting(
        "ALLIANCE_RESULT_DAYS",
        _whole(0),
        "365",
        "a whole number, at least 0",
        "Days after which a finished analysis is deleted with its result; 0 is never.",
    )
    worker_time_to_live: int = _setting(
        "ALLIANCE_WORKER_TTL",
        _whole(1),
        "10",
        "a whole number, at least 1",
        "Seconds without a heartbeat after which a worker counts as dead.",
    )
    retention_days: int = _setting(
        "ALLIANCE_RETENTION_DAYS",
        _whole(0),
        "0",
        "a whole number, at least 0",
        "Days after which answers and what was derived from them are deleted; 0 keeps them.",
    )
    confirmed_keys: frozenset[str] = _setting(
        "ALLIANCE_CONFIRMED_KEYS",
        _words,
        "",
        "instrument ids, separated by commas",
        "Instruments whose unverified key has been checked against the form.",
    )
    cors_origins: frozenset[str] = _setting(
        "ALLIANCE_CORS_ORIGINS",
        _origins,
        "",
        "origins like https://ehr.example.org, separated by commas",
        "Sites whose pages may call the service from a browser; none, if empty.",
    )
    jwks_hosts: frozenset[str] = _setting(
        "ALLIANCE_JWKS_HOSTS",
        _hosts,
        "",
        "hosts like ehr.example.org or ehr.example.org:8443, separated by commas",
        "Hosts from which clients' public keys are fetched; none, if empty.",
    )
    webhook_hosts: frozenset[str] = _setting(
        "ALLIANCE_WEBHOOK_HOSTS",
        _hosts,
        "",
        "hosts like ehr.example.org or ehr.example.org:8443, separated by commas",
        "Hosts that webhooks may lead to; none, if empty.",
    )
    private_hosts: frozenset[str] = _setting(
        "ALLIANCE_PRIVATE_HOSTS",
        _hosts,
        "",
        "hosts like ehr.hospital.internal:8443, separated by commas",
        "Of the hosts that the service calls, those with private addresses, or without TLS.",
    )
    log_level: str = _setting(
        "ALLIANCE_LOG_LEVEL",
        lambda text: {"debug": "DEBUG", "info": "INFO", "warning": "WARNING", "error": "ERROR"}[
            text.lower()
        ],
        "info",
        "debug, info, warning or error",
        "Lowest level that is logged.",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Config:
        """Read the configuration.

        Raises
        ------
        ConfigurationError
            Naming the variable and its rule, never its value.
        """
        given = os.environ if environment is None else environment
        return cls(**{setting.name: _read(setting.metadata, given) for setting in fields(cls)})

    @property
    def sqlalchemy_url(self) -> str:
        """Address of the database, the embedded one when none is set."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'alliance.db'}"

    @property
    def jwks_allowed(self) -> AllowedHosts:
        """Where clients' public keys may be fetched from."""
        return AllowedHosts(listed=self.jwks_hosts, private=self.private_hosts)

    @property
    def webhooks_allowed(self) -> AllowedHosts:
        """Where webhooks may lead to."""
        return AllowedHosts(listed=self.webhook_hosts, private=self.private_hosts)

    @property
    def metrics_folder(self) -> Path:
        """Where the web processes share their counters."""
        return self.data.resolve() / "metrics"


def _read(setting: Mapping[str, Any], environment: Mapping[str, str]) -> Any:
    text = _text_of(setting["variable"], environment) or setting["default"]
    try:
        return setting["parse"](text)
    except (ValueError, KeyError):
        raise ConfigurationError(f"{setting['variable']} must be {setting['rule']}.") from None


def _text_of(variable: str, environment: Mapping[str, str]) -> str:
    """Read a variable, or the file that the variable of the same name and ``_FILE`` names."""
    file = environment.get(variable + _FROM_FILE, "")
    if not file:
        return environment.get(variable, "")
    if environment.get(variable):
        raise ConfigurationError(f"Set {variable} or {variable}{_FROM_FILE}, not both.")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        detail = f"{variable}{_FROM_FILE} must name a readable text file."
        raise ConfigurationError(detail) from None


_PREFIX = "ALLIANCE_"
_OF_TESTS = ("ALLIANCE_TEST_", "ALLIANCE_FAULTS")


def unknown_settings(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Name the variables that begin like settings and are none, sorted."""
    given = os.environ if environment is None else environment
    known = {setting.metadata["variable"] for setting in fields(Config)}
    return tuple(
        sorted(
            name
            for name in given
            if name.startswith(_PREFIX)
            and not name.startswith(_OF_TESTS)
            and name.removesuffix(_FROM_FILE) not in known
        )
    )


def settings_table() -> str:
    """Return the table of settings as Markdown."""
    rows = [
        f"| `{setting.metadata['variable']}` | `{setting.metadata['default'] or ' '}` "
        f"| {setting.metadata['description']} |"
        for setting in fields(Config)
    ]
    note = "Each may come from a file instead: the variable `…_FILE` names it (secrets do best so)."
    return "\n".join(["| variable | default | what it sets |", "|---|---|---|", *rows, "", note])

"""The service's parts, put together once per process: by the web, the worker and the commands."""

from __future__ import annotations

from dataclasses import dataclass

from service.adapters.database.engine import Database
from service.adapters.database.instruments import InstrumentStore
from service.adapters.database.keys import KeyStore
from service.auth import Authenticator
from service.catalog.catalog import Catalog, shipped_definitions
from service.config import Config
from service.use_cases.find_instrument import Instruments


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What routes and commands work with.

    Attributes
    ----------
    config
        Settings.
    database
        Connections and transactions.
    keys, authenticator
        API keys, and how they are checked.
    instruments
        The catalogue's and the tenants' own.
    """

    config: Config
    database: Database
    keys: KeyStore
    authenticator: Authenticator
    instruments: Instruments


def compose(config: Config) -> Services:
    """Put the parts together; nothing is opened yet."""
    database = Database(config.sqlalchemy_url)
    keys = KeyStore(database)
    return Services(
        config=config,
        database=database,
        keys=keys,
        authenticator=Authenticator(keys, config.key_cache_seconds),
        instruments=Instruments(
            catalog=Catalog(definitions=shipped_definitions(), confirmed=config.confirmed_keys),
            own=InstrumentStore(database),
        ),
    )

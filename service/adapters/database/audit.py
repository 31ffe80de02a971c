"""The audit trail's rows: added, read, never changed.

Both databases refuse to update or delete a row (a trigger, see the migration). Each row carries a
keyed hash over itself and the row before it, so that whoever goes around the trigger cannot remove
or change one unseen without the key; the last row's number and hash stand in a table of their own,
which also makes writers queue.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, update

from service.adapters.database.engine import Database
from service.adapters.database.migrate import revision
from service.adapters.database.tables import AUDIT, AUDIT_HEAD
from service.audit import AuditKey
from service.errors import ConfigurationError
from service.identifiers import now_ms, uuid7
from service.records import AuditEntry, AuditRow

_PAGE = 1000

Note = Callable[[Connection, str | None, str | None], None]
"""Notes what is done in a transaction, within it: for which tenant, and with which thing."""


def unnoted(_: Connection, _tenant_id: str | None, _thing: str | None) -> None:
    """Note nothing: what a request does is noted where requests are."""


class AuditStore:
    """The audit trail.

    Parameters
    ----------
    database
        Where the rows are.
    key
        With which they are chained.
    """

    def __init__(self, database: Database, key: AuditKey) -> None:
        self._database = database
        self._key = key

    def append(self, entries: Sequence[AuditEntry]) -> None:
        """Add entries in their order; all or none."""
        with self._database.writing() as connection:
            self.append_within(connection, entries)

    def noting(self, kind: str, what: str) -> Note:
        """Return what notes an action that is no request, in the action's own transaction.

        Parameters
        ----------
        kind
            Who acts: ``command`` for whoever works on the machine, ``worker``.
        what
            The action's name; no argument of it.
        """
        run = str(uuid7())

        def note(connection: Connection, tenant_id: str | None, thing: str | None) -> None:
            self.append_within(connection, [_action(kind, what, run, tenant_id, thing)])

        return note

    def append_within(self, connection: Connection, entries: Sequence[AuditEntry]) -> None:
        """Add entries in a transaction; all writers wait for each other from here to its end."""
        head = connection.execute(select(AUDIT_HEAD).with_for_update()).one()
        rows, chain = [], head.chain
        for number, entry in enumerate(entries, start=head.number + 1):
            row = _row(number, entry)
            chain = self._link(chain, row)
            rows.append({**row, "chain": chain})
        connection.execute(insert(AUDIT), rows)
        connection.execute(update(AUDIT_HEAD).values(number=rows[-1]["number"], chain=chain))

    def page(self, tenant_id: str, *, after: int, limit: int) -> list[AuditRow]:
        """Read a tenant's entries in their order, from after a number."""
        query = (
            select(AUDIT)
            .where(AUDIT.c.tenant_id == tenant_id, AUDIT.c.number > after)
            .order_by(AUDIT.c.number)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [_audit_row(row) for row in connection.execute(query)]

    def all(self, after: int = 0) -> Iterator[AuditRow]:
        """Read the entries of all tenants, and those without one, in their order."""
        last = after
        while True:
            query = select(AUDIT).where(AUDIT.c.number > last).order_by(AUDIT.c.number)
            with self._database.reading() as connection:
                found = [_audit_row(row) for row in connection.execute(query.limit(_PAGE))]
            yield from found
            if len(found) < _PAGE:
                return
            last = found[-1].number

    def first_broken(self) -> int | None:
        """Return the number of the first entry that is missing or changed; nothing if none is."""
        with self._database.reading() as connection:
            head = connection.execute(select(AUDIT_HEAD)).one()
        chain, number = "", 0
        for row in self.all():
            number += 1
            chain = self._link(chain, _row(row.number, row.entry))
            if row.number != number or not hmac.compare_digest(row.chain, chain):
                return number
            if number == head.number:
                return None if hmac.compare_digest(head.chain, chain) else number
        return None if number == head.number else number + 1

    def is_of_this_key(self) -> bool:
        """Whether the trail is empty, or its last entry was written with this key."""
        with self._database.reading() as connection:
            query = select(AUDIT).order_by(AUDIT.c.number.desc()).limit(2)
            found = [_audit_row(row) for row in connection.execute(query)]
        if not found:
            return True
        last, before = found[0], found[1].chain if len(found) > 1 else ""
        chain = self._link(before, _row(last.number, last.entry))
        return hmac.compare_digest(last.chain, chain)

    def is_empty(self) -> bool:
        """Whether nothing was ever noted."""
        with self._database.reading() as connection:
            return connection.scalar(select(AUDIT.c.number).limit(1)) is None

    def _link(self, before: str, row: dict[str, Any]) -> str:
        text = before.encode() + orjson.dumps(row, option=orjson.OPT_SORT_KEYS)
        return self._key.mac(text)


def prepare_key(database: Database, key: AuditKey) -> None:
    """See that the key of the audit trail is the one that the trail was written with.

    A key is made where there is none yet and nothing was noted; never beside an existing trail.

    Raises
    ------
    ConfigurationError
        If the key is missing or another one, or can neither be read nor kept.
    """
    if not database.exists() or revision(database) is None:
        key.prepare()
        return
    store = AuditStore(database, key)
    if not key.exists and not store.is_empty():
        raise ConfigurationError(
            f"The key of the audit trail is missing ({key.place}): put it back from a backup, or "
            "set ALLIANCE_AUDIT_KEY to it. No other key is made beside an existing trail."
        )
    key.prepare()
    if not store.is_of_this_key():
        raise ConfigurationError(
            f"The key of the audit trail ({key.place}) is not the one that the trail was written "
            "with: put that one back."
        )


def _action(kind: str, what: str, run: str, tenant_id: str | None, thing: str | None) -> AuditEntry:
    return AuditEntry(
        at=now_ms(),
        tenant_id=tenant_id,
        caller_kind=kind,
        caller_id=None,
        method="RUN",
        route=what,
        thing=thing,
        instrument_id=None,
        instrument_version=None,
        body_mac=None,
        status=0,
        request_id=run,
    )


def _row(number: int, entry: AuditEntry) -> dict[str, Any]:
    return {
        "number": number,
        "at": entry.at,
        "tenant_id": entry.tenant_id,
        "caller_kind": entry.caller_kind,
        "caller_id": entry.caller_id,
        "method": entry.method,
        "route": entry.route,
        "thing": entry.thing,
        "instrument_id": entry.instrument_id,
        "instrument_version": entry.instrument_version,
        "body_mac": entry.body_mac,
        "status": entry.status,
        "request_id": entry.request_id,
    }


def _audit_row(row: Any) -> AuditRow:
    values = {name: value for name, value in row._mapping.items() if name not in _OF_THE_ROW}  # noqa: SLF001 its public name in SQLAlchemy
    return AuditRow(number=row.number, chain=row.chain, entry=AuditEntry(**values))


_OF_THE_ROW = {"number", "chain"}

"""Give a tenant what is the tenant's: all of it as NDJSON, or one sample as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import chain, islice
from typing import Any

import orjson

from schemas.definition import kept_definition
from service.errors import NotFoundError
from service.interfaces import Contents, JobQueue, Samples
from service.records import ApiKey, Client, RetentionPolicy, Sample, StoredResponse, Webhook
from service.serializers import batch_json, job_json, moment, sample_json, webhook_json
from service.use_cases.find_instrument import TenantDefinitions

_ROWS_AT_ONCE = 500
_PAGE = 200


def tenant_lines(
    tenant: RetentionPolicy,
    *,
    keys: Iterable[ApiKey],
    clients: Iterable[Client],
    webhooks: Iterable[Webhook],
    own: TenantDefinitions,
    samples: Samples,
    contents: Contents,
    queue: JobQueue,
) -> Iterator[bytes]:
    """Write everything a tenant owns, one JSON object a line.

    Yields
    ------
    bytes
        Lines of the types ``tenant``, ``key``, ``client``, ``webhook``, ``instrument``, ``sample``,
        ``batch``, ``response`` and ``analysis``; at last one ``end`` with the number of lines
        before it, so that a part is not taken for the whole. A sample is as it was at one moment.
    """
    count = 0
    for line in chain(
        [{"type": "tenant", **_tenant(tenant)}],
        ({"type": "key", **_key(key)} for key in keys),
        ({"type": "client", **_client(client)} for client in clients),
        ({"type": "webhook", **webhook_json(one)} for one in webhooks),
        ({"type": "instrument", **one.document} for one in own.list(tenant.tenant_id)),
        _sample_lines(tenant.tenant_id, samples, contents),
        _analysis_lines(tenant.tenant_id, queue),
    ):
        count += 1
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    yield orjson.dumps({"type": "end", "lines": count}, option=orjson.OPT_APPEND_NEWLINE)


def sample_csv(sample: Sample, contents: Contents) -> Iterator[bytes]:
    """Write a sample's responses as CSV, which every entrance for files takes back.

    Yields
    ------
    bytes
        A header (``id`` where responses came with names, ``i1 … iK``, then what stands beside), and
        one line for each response in the order they came; a missing value is empty.
    """
    n_items = kept_definition(sample.definition).instrument.n_items
    with contents.sample(sample.tenant_id, sample.id) as opened:
        beside, named = opened.columns(), opened.has_names()
        items = [f"i{item}" for item in range(1, n_items + 1)]
        yield _csv([[*(["id"] if named else []), *items, *beside]])
        rows = (_cells(response, beside, named=named) for response in opened.responses())
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            yield _csv(some)


def _sample_lines(tenant_id: str, samples: Samples, contents: Contents) -> Iterator[dict[str, Any]]:
    for listed in _pages(lambda after: samples.list(tenant_id, limit=_PAGE, after=after)):
        with contents.sample(tenant_id, listed.id) as opened:
            sample = replace(listed, n_responses=opened.n_responses())
            instrument = kept_definition(sample.definition).instrument
            yield {"type": "sample", **sample_json(sample), "definition": sample.definition}
            for batch in opened.batches():
                yield {"type": "batch", **batch_json(batch)}
            for response in opened.responses():
                yield {
                    "type": "response",
                    "sample": sample.id,
                    **_response(response, instrument.score_names),
                }


def _analysis_lines(tenant_id: str, queue: JobQueue) -> Iterator[dict[str, Any]]:
    for job in _pages(lambda after: queue.list(tenant_id, limit=_PAGE, after=after)):
        with suppress(NotFoundError):  # deleted at this moment
            yield {"type": "analysis", **job_json(queue.find(tenant_id, job.id))}


def _pages(read: Callable[[str], Sequence[Any]]) -> Iterator[Any]:
    """Read a list to its end, page by page."""
    after = ""
    while found := read(after):
        yield from found
        after = found[-1].id


def _response(response: StoredResponse, scales: Sequence[str]) -> dict[str, Any]:
    given = asdict(response)
    return {
        "id": given.pop("id"),
        "batch": given.pop("batch_id"),
        "external_id": given.pop("external_id"),
        "answers": given.pop("answers"),
        "scores": dict(zip(scales, given.pop("scores"), strict=True)),
        "columns": given.pop("columns"),
        "outcomes": given.pop("outcomes"),
    }


def _tenant(tenant: RetentionPolicy) -> dict[str, Any]:
    return {
        "id": tenant.tenant_id,
        "name": tenant.tenant,
        "retention_days": tenant.days,
        "retention_of_its_own": tenant.own,
    }


def _key(key: ApiKey) -> dict[str, Any]:
    """Say of a key what may be shown."""
    return {
        "id": key.id,
        "prefix": key.prefix,
        "scopes": sorted(key.scopes),
        "created_at": moment(key.created_at),
        "expires_at": moment(key.expires_at),
        "revoked_at": moment(key.revoked_at),
        "last_used_at": moment(key.last_used_at),
    }


def _client(client: Client) -> dict[str, Any]:
    return {
        "id": client.id,
        "name": client.name,
        "key_set": client.key_set,
        "scopes": sorted(client.scopes),
        "created_at": moment(client.created_at),
        "revoked_at": moment(client.revoked_at),
        "last_used_at": moment(client.last_used_at),
    }


def _cells(response: StoredResponse, beside: Sequence[str], *, named: bool) -> list[object]:
    values: Mapping[str, Any] = {**response.columns, **response.outcomes}
    name = [response.external_id or response.id] if named else []
    return [*name, *response.answers, *(_cell(values.get(column)) for column in beside)]


def _cell(value: object) -> object:
    """Write a whole number without a fraction."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()

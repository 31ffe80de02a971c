"""``alliance sandbox``: a service to develop against, which leaves nothing behind.

Everything lies in a temporary folder: a tenant, a key that expires, two simulated studies and FHIR
examples. Standard output holds one JSON object that says where; the folder is deleted at the end.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from service.cli.argument_types import whole_number
from service.cli.serve import check_port_is_free, run_all
from service.config import Config
from service.request_logging import configure_logging

if TYPE_CHECKING:
    from service.adapters.database.engine import Database

HOST = "127.0.0.1"
TENANT = "sandbox"
INSTRUMENT = "wai-sr-client"
STUDIES = (("holds-up", 300), ("alliance-first", 60))
"""Scenarios of `alliance simulate`, with their numbers of persons: one session, and several."""

_ANSWERS = (5, 4, 5, 4, 5, 5, 4, 4, 5, 3, 4, 3)
_SEED = 2026
_HOUR_MS = 3_600_000


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--port", type=whole_number(1, 65_535), default=8000, help="port to listen on"
    )
    parser.add_argument(
        "--hours", type=whole_number(1, 168), default=24, help="until the key expires"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve from a temporary folder until a signal asks to stop."""
    check_port_is_free(HOST, arguments.port)
    with tempfile.TemporaryDirectory(prefix="alliance-sandbox-") as name:
        os.environ["TMPDIR"] = name  # for what the processes of the service leave behind
        os.environ["ALLIANCE_DATA"] = str(Path(name) / "data")
        os.environ["ALLIANCE_PUBLIC_URL"] = f"http://{HOST}:{arguments.port}"
        for elsewhere in ("DATABASE_URL", "DATABASE_URL_FILE", "ALLIANCE_AUDIT_KEY_FILE"):
            os.environ.pop(elsewhere, None)
        os.umask(0o077)
        config = Config.from_environment()
        configure_logging(config.log_level)
        said = _prepare(config, Path(name), arguments.hours)
        sys.stdout.buffer.write(orjson.dumps(said, option=orjson.OPT_INDENT_2) + b"\n")
        sys.stdout.flush()
        serving = argparse.Namespace(host=HOST, port=arguments.port, workers=1)
        return run_all(config, serving)


def _prepare(config: Config, folder: Path, hours: int) -> dict[str, Any]:
    """Make the tables, the key, the samples and the files, and say what there is."""
    from service.adapters.database.audit import AuditStore, prepare_key
    from service.adapters.database.engine import Database
    from service.adapters.database.keys import KeyStore
    from service.adapters.database.migrate import migrate
    from service.audit import AuditKey
    from service.auth.api_secrets import new_secret
    from service.identifiers import now_ms
    from service.records import Scope
    from service.serializers import moment

    database = Database(config.sqlalchemy_url)
    migrate(database)
    key = AuditKey(config.audit_key, config.data.resolve())
    prepare_key(database, key)
    noting = AuditStore(database, key).noting("command", "alliance sandbox")
    secret, scopes = new_secret(), frozenset(Scope) - {Scope.ADMIN}
    made = KeyStore(database, noting).add(
        TENANT,
        scopes,
        secret.prefix,
        secret.digest,
        expires_at=now_ms() + hours * _HOUR_MS,
    )
    samples = [
        {"scenario": scenario, "sample": _load(database, made.tenant_id, scenario, n_persons)}
        for scenario, n_persons in STUDIES
    ]
    database.close()
    return {
        "url": config.public_url,
        "key": secret.text,
        "key_expires_at": moment(made.expires_at),
        "tenant": TENANT,
        "samples": samples,
        "fhir": _write_examples(config.public_url, folder / "fhir"),
    }


def _load(database: Database, tenant_id: str, scenario: str, n_persons: int) -> str:
    """Draw a study and keep it as a sample; return the sample's identifier."""
    import numpy as np

    from schemas.responses.table import load_table
    from service.adapters.database.responses import ResponseStore
    from service.adapters.database.samples import SampleStore
    from service.catalog.catalog import shipped_definitions
    from service.cli.simulate import rows_of
    from service.use_cases.store_batch import score_batch, store_batch

    definition = shipped_definitions()[INSTRUMENT]
    instrument = definition.instrument
    header, *rows = rows_of(
        scenario, instrument, n_persons=n_persons, rng=np.random.default_rng(_SEED)
    )
    block = load_table(
        [str(name) for name in header], [[str(cell) for cell in row] for row in rows], instrument
    )
    sample = SampleStore(database).add(
        tenant_id, name=f"simulated, {scenario}", setting="other", definition=definition
    )
    responses = ResponseStore(database)
    store_batch(responses, score_batch(responses, sample, block), None)
    return sample.id


def _write_examples(base: str, folder: Path) -> dict[str, str]:
    """Write what can be sent to ``$extract`` as it is."""
    from schemas.fhir.documented import example_response

    response = example_response(f"{base}/fhir/Questionnaire/{INSTRUMENT}|1.0.0", _ANSWERS)
    wrapped = {
        "resourceType": "Parameters",
        "parameter": [{"name": "questionnaire-response", "resource": response}],
    }
    folder.mkdir()
    files = {}
    for name, resource in (("QuestionnaireResponse", response), ("Parameters", wrapped)):
        file = folder / f"{name}.json"
        file.write_bytes(orjson.dumps(resource, option=orjson.OPT_INDENT_2))
        files[name] = str(file)
    return files

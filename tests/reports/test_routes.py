from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import docx
import pytest

from service.reports.figures.names import FigureName
from tests.service.server import (
    Client,
    Server,
    descendants,
    is_problem,
    run_alliance,
    running_server,
)
from tests.service.test_analyses import ask, sample_of

NOBODYS = "/v1/analyses/0192f000-0000-7000-8000-000000000000"
FORMATS = ("html", "docx", "json", "R")
ENDINGS = [*(f"report.{form}" for form in FORMATS), "figures/scree.png", "figures/scree.svg"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server"), "--workers=1") as running:
        yield running


@pytest.fixture(scope="module")
def clinic(server: Server) -> Client:
    return server.client("clinic")


@pytest.fixture(scope="module")
def stranger(server: Server) -> Client:
    return server.client("stranger")


@pytest.fixture(scope="module")
def nobody(server: Server) -> Client:
    return Client(url=server.url, key=None)


@pytest.fixture(scope="module")
def analysis(clinic: Client, data: Path) -> str:
    """The address of a finished study of validity."""
    sample = sample_of(clinic, data / "wai_250.csv")
    options = {"group": "group", "replicates": 20}
    done = ask(clinic, sample, kind="validity", options=options, wait=60)
    assert done.json()["status"] == "succeeded", done.json()
    return f"/v1/analyses/{done.json()['id']}"


def test_the_html_report_is_a_page_that_may_load_nothing(clinic: Client, analysis: str) -> None:
    answer = clinic.get(f"{analysis}/report.html")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    verdict = clinic.get(analysis).json()["result"]["verdict"]
    assert verdict["answer"] in answer.text
    assert "<svg" in answer.text


def test_the_docx_report_opens(clinic: Client, analysis: str) -> None:
    answer = clinic.get(f"{analysis}/report.docx")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert docx.Document(BytesIO(answer.content)).tables


def test_the_json_report_holds_the_result_and_what_it_is_about(
    clinic: Client, analysis: str
) -> None:
    report = clinic.get(f"{analysis}/report.json").json()
    assert report["result"] == clinic.get(analysis).json()["result"]
    assert report["instrument"]["id"] == "wai-sr-client"
    assert len(report["samples"]) == 1


def test_a_report_is_made_for_its_owner_or_for_the_public(clinic: Client, analysis: str) -> None:
    address = f"{analysis}/report.json"
    assert clinic.get(address).json()["audience"] == "owner"
    public = clinic.get(f"{address}?audience=public").json()
    assert public["audience"] == public["result"]["audience"] == "public"
    assert clinic.get(f"{address}?audience=all").status_code == 422


def test_the_r_script_is_text_to_be_kept(clinic: Client, analysis: str) -> None:
    answer = clinic.get(f"{analysis}/report.R")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "lavaan" in answer.text


def test_figures_come_in_both_forms_and_repeat(clinic: Client, analysis: str) -> None:
    for form, start, kind in (("svg", b"<?xml", "image/svg+xml"), ("png", b"\x89PNG", "image/png")):
        address = f"{analysis}/figures/scree.{form}"
        answer = clinic.get(address)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith(kind)
        assert answer.content.startswith(start)
        assert clinic.get(address).content == answer.content


def test_a_figure_that_does_not_exist_is_a_clear_404(clinic: Client, analysis: str) -> None:
    for name in ("no-such", FigureName.AGREEMENT, FigureName.FOREST):
        assert is_problem(clinic.get(f"{analysis}/figures/{name}.svg"), 404)


@pytest.mark.parametrize("ending", ENDINGS)
def test_nobodys_and_others_analyses_have_no_report(
    clinic: Client, stranger: Client, nobody: Client, analysis: str, ending: str
) -> None:
    assert is_problem(clinic.get(f"{NOBODYS}/{ending}"), 404)
    assert is_problem(stranger.get(f"{analysis}/{ending}"), 404)
    assert is_problem(nobody.get(f"{analysis}/{ending}"), 401)


@pytest.mark.parametrize("ending", ENDINGS)
def test_other_kinds_and_unfinished_analyses_are_refused_with_the_reason(
    clinic: Client, data: Path, ending: str
) -> None:
    sample = sample_of(clinic, data / "wai_250.csv")
    other = ask(clinic, sample, kind="items").json()["id"]
    refused = clinic.get(f"/v1/analyses/{other}/{ending}")
    assert is_problem(refused, 409)
    assert "validity" in refused.json()["detail"]
    failed = ask(clinic, sample, kind="validity", options={"group": "no such column"}).json()
    assert failed["status"] == "failed"
    refused = clinic.get(f"/v1/analyses/{failed['id']}/{ending}")
    assert is_problem(refused, 409)
    assert "failed" in refused.json()["detail"]


@pytest.mark.parametrize(
    "identifier", ["x", "0192f000", "0192F000-0000-7000-8000-00000000000g", "%00", "'--", "é" * 40]
)
@pytest.mark.parametrize("ending", ["report.html", "figures/scree.svg"])
def test_what_is_no_identifier_is_a_clear_404(clinic: Client, identifier: str, ending: str) -> None:
    assert is_problem(clinic.get(f"/v1/analyses/{identifier}/{ending}"), 404)


@pytest.mark.parametrize(
    "ending",
    ["report.pdf", "report.HTML", "report", "report.", "report.html/x", "report.json.R", "figures",
     "figures/scree", "figures/scree.gif", "figures/.svg", "figures/../report.pdf",
     "figures/scree.svg.png"],
)  # fmt: skip
def test_a_format_that_does_not_exist_is_a_clear_404(
    clinic: Client, analysis: str, ending: str
) -> None:
    assert is_problem(clinic.get(f"{analysis}/{ending}"), 404)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("accept", ["application/xml", "image/gif;q=0.1", "nonsense", "*/*;q=x"])
def test_the_address_says_the_format_whatever_is_accepted(
    clinic: Client, analysis: str, ending: str, accept: str
) -> None:
    answer = clinic.get(f"{analysis}/{ending}", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_reports_are_only_read(clinic: Client, analysis: str, method: str) -> None:
    refused = clinic.send(method, f"{analysis}/report.html")
    assert is_problem(refused, 405)
    assert "GET" in refused.headers["Allow"]


def test_a_key_without_the_scope_reads_no_report(server: Server, analysis: str) -> None:
    scorer = server.client("clinic", "score", "samples")
    for ending in ENDINGS:
        assert is_problem(scorer.get(f"{analysis}/{ending}"), 403)


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Iterator[tuple[Client, str]]:
    """A server that nobody works for, and the address of an analysis that waits there."""
    folder = tmp_path_factory.mktemp("idle")
    run_alliance("migrate", env={**os.environ, "ALLIANCE_DATA": str(folder)})
    with running_server(folder, "--workers=1", "--no-worker") as server:
        clinic = server.client("clinic")
        waiting = ask(clinic, sample_of(clinic, data / "wai_250.csv"), kind="validity", wait=0)
        assert waiting.status_code == 202
        yield clinic, f"/v1/analyses/{waiting.json()['id']}"


def test_an_analysis_that_waits_or_was_cancelled_has_no_report(idle: tuple[Client, str]) -> None:
    clinic, waiting = idle
    for said in ("queued", "cancelled"):
        for ending in ENDINGS:
            refused = clinic.get(f"{waiting}/{ending}")
            assert is_problem(refused, 409)
            assert said in refused.json()["detail"]
        clinic.delete(waiting)


def test_many_may_ask_at_once(clinic: Client, analysis: str) -> None:
    with ThreadPoolExecutor(6) as crowd:
        answers = list(crowd.map(lambda _: clinic.get(f"{analysis}/report.html"), range(6)))
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1


def test_web_processes_never_load_what_draws(server: Server, clinic: Client, analysis: str) -> None:
    assert clinic.get(f"{analysis}/report.html").status_code == 200
    web = [
        process
        for process, command in descendants(server.process.pid)
        if "--no-worker" in command and "forkserver" not in command
    ]
    assert web
    for process in web:
        assert "site-packages/matplotlib/" not in Path(f"/proc/{process}/maps").read_text()

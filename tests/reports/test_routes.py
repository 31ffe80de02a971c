from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import docx
import pytest

from service.reports.figures.names import FigureName
from tests.service.server import Client, Server, descendants, is_problem, running_server
from tests.service.test_analyses import ask, sample_of

NOBODYS = "/v1/analyses/0192f000-0000-7000-8000-000000000000"
FORMATS = ("html", "docx", "json", "R")


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


@pytest.mark.parametrize("ending", [*(f"report.{form}" for form in FORMATS), "figures/scree.png"])
def test_nobodys_and_others_analyses_have_no_report(
    clinic: Client, stranger: Client, nobody: Client, analysis: str, ending: str
) -> None:
    assert is_problem(clinic.get(f"{NOBODYS}/{ending}"), 404)
    assert is_problem(stranger.get(f"{analysis}/{ending}"), 404)
    assert is_problem(nobody.get(f"{analysis}/{ending}"), 401)


@pytest.mark.parametrize("ending", [*(f"report.{form}" for form in FORMATS), "figures/scree.png"])
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

"""The pages for people, over HTTP: sessions, forms, and everything that can be wrong with them."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import openpyxl
import pyreadstat
import pytest
import requests
from pandas import DataFrame

from service.identifiers import uuid7
from service.pages.home import SHOWN
from tests.service.server import Client, Server, run_alliance, running_server

HEADER = ["person", "site", *[f"i{item}" for item in range(1, 13)], "plus_m"]
PLANTED = "31415926"
MARK = re.compile(r'name="mark" value="([0-9a-f]{64})"')


def table(rows: int = 40, **cells: object) -> list[list[object]]:
    """Rows of answers that are right, but for the cells that are given by column name."""
    made: list[list[object]] = [
        [
            f"p{row}",
            "north" if row % 2 else "south",
            *[1 + (row + item) % 5 for item in range(12)],
            row,
        ]
        for row in range(rows)
    ]
    for name, value in cells.items():
        made[3][HEADER.index(name)] = value
    return [HEADER, *made]


def as_csv(rows: list[list[object]]) -> bytes:
    return "\n".join(",".join("" if c is None else str(c) for c in row) for row in rows).encode()


def as_excel(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class Browser:
    """A browser without script: keeps the cookie, and sends forms with their mark."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.headers["Accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.server.url + path, timeout=60)

    def mark(self, path: str = "/") -> str:
        found = MARK.search(self.get(path).text)
        assert found is not None
        return found[1]

    def send(
        self, path: str, fields: Mapping[str, str], file: tuple[str, bytes] | None = None
    ) -> requests.Response:
        return self.session.post(
            self.server.url + path,
            data=fields,
            files={"file": file} if file else None,
            timeout=60,
        )

    def sign_in(self, key: str) -> requests.Response:
        return self.send("/sign-in", {"mark": self.mark(), "key": key})

    def bring(
        self, file: str, content: bytes, /, *, to: str = "/samples", **fields: str
    ) -> requests.Response:
        given = {
            "mark": self.mark("/samples/new"),
            "id": str(uuid7()),
            "name": "A sample",
            "setting": "orthotics-prosthetics",
            "instrument": "wai-sr-client",
            **fields,
        }
        return self.send(to, given, (file, content))


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    return server.new_key("people")


@pytest.fixture
def visitor(server: Server) -> Browser:
    return Browser(server)


@pytest.fixture
def person(visitor: Browser, key: str) -> Iterator[Browser]:
    assert visitor.sign_in(key).status_code == 200
    yield visitor
    visitor.session.close()


def n_samples(browser: Browser) -> int:
    return browser.get("/").text.count('<a href="/samples/0')


def test_the_first_page_needs_no_key_and_shows_nothing(visitor: Browser) -> None:
    page = visitor.get("/")
    assert page.status_code == 200
    assert "API key" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_the_cookie_holds_no_key_and_is_closed_to_scripts_and_other_sites(
    visitor: Browser, key: str
) -> None:
    before = visitor.get("/").headers["Set-Cookie"]
    visitor.sign_in(key)
    (cookie,) = visitor.session.cookies
    assert cookie.value not in before, "a token from before the signing in must not become valid"
    assert key not in str(cookie.value)
    assert "HttpOnly" in before
    assert "SameSite=Strict" in before
    assert cookie.value not in visitor.server.log()


@pytest.mark.parametrize("presented", ["", "nonsense", "alliance_" + "0" * 12 + "_" + "A" * 43])
def test_a_wrong_key_is_refused_in_words(visitor: Browser, presented: str) -> None:
    refused = visitor.sign_in(presented)
    assert refused.status_code == 401
    assert "not valid" in refused.text
    assert "Overview" not in visitor.get("/").text


@pytest.mark.parametrize("path", ["/samples/new", f"/samples/{uuid7()}", f"/analyses/{uuid7()}"])
def test_who_is_not_signed_in_is_asked_to(visitor: Browser, path: str) -> None:
    page = visitor.get(path)
    assert page.url == f"{visitor.server.url}/?next={path}"
    assert "API key" in page.text


def test_signing_in_leads_on_to_our_pages_only(visitor: Browser, key: str) -> None:
    fields = {"key": key, "next": "/samples/new"}
    assert visitor.send("/sign-in", {**fields, "mark": visitor.mark()}).url.endswith("/samples/new")
    for elsewhere in ("//example.org/samples", "https://example.org", "/\\example.org", "/v1"):
        fields = {"mark": visitor.mark(), "key": key, "next": elsewhere}
        assert visitor.send("/sign-in", fields).url == visitor.server.url + "/"


def test_signing_out_ends_the_session_for_good(person: Browser) -> None:
    (cookie,) = person.session.cookies
    assert person.send("/sign-out", {"mark": person.mark()}).status_code == 200
    person.session.cookies.set("alliance", str(cookie.value), domain=cookie.domain)
    assert "API key" in person.get("/").text


def test_a_revoked_key_ends_its_sessions(server: Server, visitor: Browser) -> None:
    short_lived = server.new_key("people-revoked")
    visitor.sign_in(short_lived)
    assert "Overview" in visitor.get("/").text
    run_alliance("keys", "revoke", short_lived.split("_")[1], env=server.environment)
    assert "API key" in visitor.get("/").text


def test_a_rotated_key_ends_its_sessions_when_its_grace_is_over(
    server: Server, visitor: Browser
) -> None:
    old = server.new_key("people-rotated")
    visitor.sign_in(old)
    prefix = old.split("_")[1]
    run_alliance("keys", "rotate", prefix, "--grace-hours=1", env=server.environment)
    assert "Overview" in visitor.get("/").text, "within its grace the old key goes on"
    run_alliance("keys", "revoke", prefix, env=server.environment)
    assert "API key" in visitor.get("/").text
    refused = visitor.send("/samples", {"mark": "0" * 64}, ("a.csv", as_csv(table())))
    assert refused.status_code == 401


def test_a_key_that_is_rotated_without_grace_ends_its_sessions_at_once(
    server: Server, visitor: Browser
) -> None:
    old = server.new_key("people-rotated-at-once")
    visitor.sign_in(old)
    assert "Overview" in visitor.get("/").text
    prefix = old.split("_")[1]
    run_alliance("keys", "rotate", prefix, "--grace-hours=0", env=server.environment)
    assert "API key" in visitor.get("/").text


@pytest.mark.parametrize("mark", ["", "0" * 64, "é"])
def test_a_form_without_its_mark_does_nothing(person: Browser, mark: str) -> None:
    before = n_samples(person)
    refused = person.bring("answers.csv", as_csv(table()), mark=mark)
    assert refused.status_code == 403
    assert "load the page again" in refused.text
    assert n_samples(person) == before


def test_a_form_from_another_site_does_nothing(person: Browser) -> None:
    fields = {"mark": person.mark()}
    refused = person.session.post(
        person.server.url + "/sign-out", data=fields, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert refused.status_code == 403
    assert "Overview" in person.get("/").text


def test_a_form_of_a_session_that_is_over_says_so(person: Browser) -> None:
    mark = person.mark("/samples/new")
    person.session.cookies.clear()
    refused = person.send("/samples", {"mark": mark}, ("answers.csv", as_csv(table())))
    assert refused.status_code == 401
    assert "session is over" in refused.text


@pytest.mark.parametrize(
    ("name", "content"),
    [("answers.csv", as_csv(table())), ("Answers.XLSX", as_excel(table()))],
)
def test_a_file_is_understood_in_counts(person: Browser, name: str, content: bytes) -> None:
    page = person.bring(name, content)
    assert page.status_code == 200, page.text
    assert "What was understood" in page.text
    assert "40 different" in page.text
    assert "north: 20, south: 20" in page.text
    assert "p17" not in page.text, "no person is named"


def test_an_spss_file_is_understood(person: Browser, tmp_path: Path) -> None:
    file = tmp_path / "answers.sav"
    header, *rows = table()
    pyreadstat.write_sav(DataFrame(rows, columns=header), str(file))
    page = person.bring("answers.sav", file.read_bytes())
    assert "What was understood" in page.text
    assert "north: 20, south: 20" in page.text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "The file is empty"),
        ("a.csv", as_csv(table(0)), "no row below the header"),
        ("a.csv", b"i1;i2\n1;2", "separated by semicolons"),
        ("a.csv", b"\xff\xfe\x00", "byte-order mark"),
        ("a.sav", b"\x00\x01junk" * 500, "not an SPSS data file"),
        ("a.sav", b"$FL2@(#) SPSS DATA FILE" + bytes(5000), "SPSS"),
        ("a.xlsx", b"PK\x03\x04junk" * 100, "not an Excel workbook"),
        ("a.docx", b"PK", "ending must be one of"),
        ("a", b"i1\n1", "ending must be one of"),
        ("a.csv", as_csv(table(i4=PLANTED, i5="six", i6=2.5)), "Row 5, item 4"),
        ("a.csv", as_csv(table(i4=PLANTED)), "outside the form"),
        ("a.csv", as_csv([row[:6] for row in table()]), "no column for item 12"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_and_nothing_is_kept(
    person: Browser, name: str, content: bytes, said: str
) -> None:
    before = n_samples(person)
    page = person.bring(name, content, name="Kept in the form")
    assert page.status_code in {400, 422}
    assert said in page.text.replace("&#39;", "'")
    assert 'value="Kept in the form"' in page.text, "what was typed is still there"
    assert PLANTED not in page.text
    assert n_samples(person) == before


def test_another_form_is_suggested_when_the_file_fits_it(person: Browser) -> None:
    page = person.bring("a.csv", as_csv(table()), instrument="wai-36-client")
    assert page.status_code == 422
    assert "Perhaps another form?" in page.text
    assert "short form revised" in page.text


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "x" * 201},
        {"name": "jane@example.org"},
        {"name": "a\x00b"},
        {"setting": "elsewhere"},
        {"instrument": "unheard-of"},
        {"instrument": ""},
        {"instrument": "wai-srt-therapist"},
    ],
)
def test_what_is_wrong_with_the_form_is_said(person: Browser, fields: dict[str, str]) -> None:
    before = n_samples(person)
    assert person.bring("a.csv", as_csv(table()), **fields).status_code == 422
    assert n_samples(person) == before


def test_a_form_that_is_sent_twice_makes_one_sample(person: Browser) -> None:
    before, chosen = n_samples(person), str(uuid7())
    first = person.bring("a.csv", as_csv(table()), id=chosen)
    second = person.bring("a.csv", as_csv(table()), id=chosen)
    assert first.url == second.url
    assert n_samples(person) == before + 1


def test_markup_in_names_is_text(person: Browser) -> None:
    header = [name if name != "plus_m" else "<i>o</i>" for name in HEADER]
    rows = [header, *table(site="<b>x</b>")[1:]]
    page = person.bring("a.csv", as_csv(rows), name="<script>alert(1)</script>")
    assert page.status_code == 200
    for markup in ("<script>alert", "<i>o</i>", "<b>x</b>"):
        assert markup not in page.text
    assert "&lt;script&gt;" in person.get("/").text


def test_a_further_file_joins_a_sample(person: Browser) -> None:
    address = person.bring("a.csv", as_csv(table())).url.removeprefix(person.server.url)
    file = ("b.csv", as_csv(table()))
    page = person.send(f"{address}/more", {"mark": person.mark(address)}, file)
    assert "<dd>80</dd>" in page.text
    file = ("b.csv", as_csv(table(i3=PLANTED)))
    page = person.send(f"{address}/more", {"mark": person.mark(address)}, file)
    assert page.status_code == 422
    assert "<dd>80</dd>" in page.text
    assert PLANTED not in page.text


def test_a_sample_is_deleted_after_asking(person: Browser) -> None:
    address = person.bring("a.csv", as_csv(table())).url.removeprefix(person.server.url)
    question = person.get(f"{address}/delete")
    assert "cannot be undone" in question.text
    assert person.get(address).status_code == 200
    person.send(f"{address}/delete", {"mark": person.mark(address)})
    gone = person.get(address)
    assert gone.status_code == 404
    assert "There is no such thing" in gone.text


def test_an_analysis_is_asked_for_watched_and_read_without_script(person: Browser) -> None:
    address = person.bring("a.csv", as_csv(table(120))).url.removeprefix(person.server.url)
    chosen = str(uuid7())
    fields = {
        "mark": person.mark(address),
        "id": chosen,
        "kind": "items",
        "group": "",
        "outcome": "plus_m",
    }
    page = person.send(f"{address}/analyses", fields)
    assert page.url.endswith(f"/analyses/{chosen}")
    assert person.send(f"{address}/analyses", fields).url == page.url
    while "Under way" in page.text:
        assert '<noscript><meta http-equiv="refresh"' in page.text
        page = person.get(f"/analyses/{chosen}")
    assert "What came out" in page.text
    events = person.get(f"/analyses/{chosen}/events")
    assert "event: finished" in events.text
    result = person.get(f"/analyses/{chosen}/result.json")
    assert result.json()["status"] == "succeeded"
    assert "attachment" in result.headers["Content-Disposition"]


def test_the_report_is_read_and_taken_away_in_every_form(person: Browser) -> None:
    address = person.bring("a.csv", as_csv(table(150))).url.removeprefix(person.server.url)
    chosen = str(uuid7())
    fields = {"mark": person.mark(address), "id": chosen, "kind": "validity", "group": "site"}
    page = person.send(f"{address}/analyses", fields)
    while "Under way" in page.text:
        time.sleep(0.2)
        page = person.get(f"/analyses/{chosen}")
    answer = re.search(r'class="answer">([^<]+)<', page.text)
    assert answer is not None
    for form in ("html", "docx", "json", "R"):
        assert f'href="/analyses/{chosen}/report.{form}"' in page.text
        assert person.get(f"/analyses/{chosen}/report.{form}").status_code == 200
    report = person.get(f"/analyses/{chosen}/report.html")
    assert answer[1] in report.text
    assert "script-src" not in report.headers["Content-Security-Policy"], "reports hold no script"
    assert person.get(f"/analyses/{chosen}/report.pdf").status_code == 404
    stranger = Browser(person.server)
    assert "API key" in stranger.get(f"/analyses/{chosen}/report.html").text
    stranger.sign_in(person.server.new_key("people-stranger"))
    assert stranger.get(f"/analyses/{chosen}/report.html").status_code == 404


def test_what_cannot_be_asked_is_said_on_the_samples_page(person: Browser) -> None:
    address = person.bring("a.csv", as_csv(table())).url.removeprefix(person.server.url)
    for kind in ("bands", "", "invariance"):
        fields = {"mark": person.mark(address), "kind": kind}
        page = person.send(f"{address}/analyses", fields)
        assert page.status_code in {200, 422}
        assert "Traceback" not in page.text


def test_a_file_is_looked_at_before_anything_is_kept(person: Browser) -> None:
    before = n_samples(person)
    page = person.bring("a.csv", as_csv(table()), to="/samples/look")
    assert page.status_code == 200
    assert "nothing is kept yet" in page.text
    assert "north: 20, south: 20" in page.text
    assert "p17" not in page.text, "no person is named"
    assert 'formaction="/samples"' in page.text
    assert n_samples(person) == before


def test_a_look_at_a_wrong_file_names_every_cell_and_offers_to_keep_nothing(
    person: Browser,
) -> None:
    page = person.bring("a.csv", as_csv(table(i4=PLANTED, i7="often")), to="/samples/look")
    assert page.status_code == 422
    assert "Row 5, item 4" in page.text
    assert "Row 5, item 7" in page.text
    assert PLANTED not in page.text
    assert 'formaction="/samples"' not in page.text


def finished(person: Browser, address: str, kind: str, **fields: str) -> str:
    """Ask for an analysis and wait for its end; its address."""
    given = {"mark": person.mark(address), "id": str(uuid7()), "kind": kind, **fields}
    page = person.send(f"{address}/analyses", given)
    while "Under way" in page.text:
        time.sleep(0.1)
        page = person.get(f"/analyses/{given['id']}")
    return f"/analyses/{given['id']}"


def test_a_finished_analysis_is_deleted_after_asking_and_its_sample_stays(person: Browser) -> None:
    address = person.bring("a.csv", as_csv(table())).url.removeprefix(person.server.url)
    analysis = finished(person, address, "items")
    question = person.get(f"{analysis}/delete")
    assert "cannot be undone" in question.text
    assert person.get(analysis).status_code == 200
    stranger = Browser(person.server)
    stranger.sign_in(person.server.new_key("people-stranger"))
    assert stranger.send(f"{analysis}/delete", {"mark": stranger.mark()}).status_code == 404
    assert person.get(analysis).status_code == 200
    person.send(f"{analysis}/delete", {"mark": person.mark(address)})
    assert person.get(analysis).status_code == 404
    assert person.get(address).status_code == 200
    again = person.send(f"{analysis}/delete", {"mark": person.mark(address)})
    assert again.status_code == 404


def test_with_no_outcome_ticked_the_report_looks_at_none(person: Browser) -> None:
    address = person.bring("a.csv", as_csv(table(150))).url.removeprefix(person.server.url)
    assert 'name="outcomes offered"' in person.get(address).text
    offered = {"outcomes offered": "yes"}
    for fields, wanted in ((offered, False), ({**offered, "outcome": "plus_m"}, True)):
        analysis = finished(person, address, "validity", **fields)
        sections = person.get(f"{analysis}/result.json").json()["result"]["sections"]
        assert (sections["criterion"].get("computed") is not False) is wanted
        asked = {one["question"] for one in sections["sufficiency"]["requirements"]}
        assert ("outcomes" in asked) is wanted


def test_a_stranger_sees_nothing_of_it(server: Server, person: Browser) -> None:
    address = person.bring("a.csv", as_csv(table())).url.removeprefix(server.url)
    stranger = Browser(server)
    stranger.sign_in(server.new_key("people-stranger"))
    assert stranger.get(address).status_code == 404
    assert stranger.send(f"{address}/delete", {"mark": stranger.mark()}).status_code == 404
    assert n_samples(stranger) == 0
    assert person.get(address).status_code == 200


def test_a_key_without_the_scopes_sees_what_it_lacks(server: Server, visitor: Browser) -> None:
    visitor.sign_in(server.new_key("people", "score"))
    assert "may only score" in visitor.get("/").text
    refused = visitor.get("/samples/new")
    assert refused.status_code == 403
    assert "scope samples" in refused.text
    assert "text/html" in refused.headers["Content-Type"]


ITEMS = {f"item {item}": "5" for item in range(1, 13)}
LOWER_TASKS = {**ITEMS, "item 1": "2", "item 2": "2", "item 10": "2", "item 12": ""}


@pytest.mark.parametrize(
    ("language", "said"), [("en", "tasks lie lower"), ("de", "den Aufgaben niedriger")]
)
def test_one_form_begins_a_conversation(person: Browser, language: str, said: str) -> None:
    address = "/conversation?instrument=wai-sr-client"
    fields = {"mark": person.mark(address), "instrument": "wai-sr-client", "language": language}
    page = person.send("/conversation", {**fields, **LOWER_TASKS})
    assert page.status_code == 200
    assert said in page.text
    assert page.text.count("?</li>") == 6


@pytest.mark.parametrize("answer", ["0", "6", "2.5", PLANTED, "a", "²", "-1", "1e1"])
def test_an_answer_that_cannot_be_is_refused_and_not_repeated(person: Browser, answer: str) -> None:
    address = "/conversation?instrument=wai-sr-client"
    fields = {"mark": person.mark(address), "instrument": "wai-sr-client", **ITEMS}
    page = person.send("/conversation", {**fields, "item 3": answer})
    assert page.status_code == 422
    assert "whole number from 1 to 5" in page.text
    assert PLANTED not in page.text


@pytest.mark.parametrize("instrument", ["unheard-of", "wai-srt-therapist", "<b>"])
def test_a_form_that_cannot_be_scored_is_a_page(person: Browser, instrument: str) -> None:
    page = person.get(f"/conversation?instrument={instrument}")
    assert page.status_code == 422
    assert "<main" in page.text


def test_a_file_beyond_the_limit_is_a_page_that_says_so(person: Browser) -> None:
    refused = person.bring("a.csv", bytes(40 * 1024 * 1024))
    assert refused.status_code == 413
    assert "Split the file" in refused.text


@pytest.mark.parametrize(
    "path", ["/nonsense", "/samples/new/x", "/static/secret.py", "/samples/%00"]
)
def test_an_unknown_address_is_a_page_for_people(person: Browser, path: str) -> None:
    page = person.get(path)
    assert page.status_code == 404
    assert page.headers["Content-Type"].startswith("text/html")
    assert "<main" in page.text


def test_an_unknown_address_stays_a_problem_document_for_programs(clinic: Client) -> None:
    answer = clinic.get("/nonsense")
    assert answer.headers["Content-Type"] == "application/problem+json"
    in_browser = clinic.get("/v1/nonsense", headers={"Accept": "text/html"})
    assert in_browser.headers["Content-Type"] == "application/problem+json"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with limits that a test reaches at once."""
    limits = {"ALLIANCE_MAXIMUM_ROWS": "30", "ALLIANCE_FAILED_RATE": "3"}
    with running_server(tmp_path_factory.mktemp("strict"), "--workers=1", **limits) as server:
        yield server


def test_more_rows_than_the_limit_are_refused_with_a_page(strict: Server) -> None:
    person = Browser(strict)
    person.sign_in(strict.new_key("people"))
    refused = person.bring("a.xlsx", as_excel(table(31)))
    assert refused.status_code == 413
    assert "at most 30 responses" in refused.text
    assert person.bring("a.xlsx", as_excel(table(30))).status_code == 200


def test_nothing_that_was_sent_reaches_the_log(person: Browser, key: str) -> None:
    person.bring(f"{PLANTED}.csv", as_csv(table(i4=PLANTED)), name=PLANTED)
    person.bring("a.xlsx", as_excel(table(i4=PLANTED)), instrument=PLANTED)
    person.get(f"/samples/{PLANTED}")
    person.get(f"/?next=/{PLANTED}")
    person.send(f"/{PLANTED}", {"mark": PLANTED})
    log = person.server.log()
    assert '"route":"/samples"' in log
    assert PLANTED not in log
    assert key not in log


def test_guessing_keys_is_slowed_down_with_a_page(strict: Server) -> None:
    visitor = Browser(strict)
    answers = [visitor.sign_in(f"guess {number}") for number in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert "Wait a little" in answers[-1].text
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_what_does_not_fit_on_a_page_is_on_the_next(server: Server) -> None:
    person = Browser(server)
    key = server.new_key("people-of-many-samples")
    person.sign_in(key)
    client = Client(url=server.url, key=key)
    for number in range(SHOWN + 3):
        body = {"name": f"No. {number}", "instrument": "wai-sr-client", "setting": "other"}
        assert client.post("/v1/samples", json=body).status_code == 201
    first = person.get("/")
    assert f"No. {SHOWN + 2}<" in first.text
    assert "No. 2<" not in first.text
    older = re.search(r'href="(/\?samples=[^"]+)">Older samples', first.text)
    assert older is not None
    second = person.get(older[1].replace("&amp;", "&"))
    assert [f"No. {number}<" in second.text for number in (0, 1, 2, 3)] == [True, True, True, False]
    assert "Older samples" not in second.text
    assert "Newest samples" in second.text
    for strange in ("", "x", "0", "é", "'; --"):
        assert person.get(f"/?samples={strange}&analyses={strange}").status_code == 200

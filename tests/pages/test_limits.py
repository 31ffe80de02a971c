"""What nobody may see, do too much of, or find in the log; and what does not fit on a page."""

from __future__ import annotations

import re

import pytest

from service.pages.home import SHOWN
from tests.pages.visiting import PLANTED, Browser, as_csv, as_excel, n_samples, table
from tests.service.server import Client, Server


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


def test_more_rows_than_the_limit_are_refused_with_a_page(strict: Server) -> None:
    person = Browser(strict)
    person.sign_in(strict.new_key("people"))
    refused = person.bring("a.xlsx", as_excel(table(31)))
    assert refused.status_code == 400
    assert "At most 30 responses" in refused.text
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

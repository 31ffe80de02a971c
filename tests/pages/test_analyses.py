"""Analyses: asked for, watched, read, deleted."""

from __future__ import annotations

import re
import time

from service.identifiers import uuid7
from tests.pages.visiting import Browser, as_csv, table


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

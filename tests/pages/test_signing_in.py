"""Getting in, getting out, and forms that are not from our page."""

from __future__ import annotations

import pytest

from tests.pages.visiting import Browser, as_csv, n_samples, table
from tests.service.server import Server, run_alliance

SOME = "01a2274b-2f3f-7c9c-b1b5-45689cbb973f"


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


@pytest.mark.parametrize("path", ["/samples/new", f"/samples/{SOME}", f"/analyses/{SOME}"])
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

"""The pages show nobody what belongs to another tenant; a page that is new is tried as well."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from service.app import create_app
from service.config import Config
from tests.service.server import Client
from tests.service.test_analyses import ask, sample_of

PAGES = sorted(
    (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule))
    for rule in create_app(Config.from_environment({})).url_map.iter_rules()
    for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    if rule.endpoint.startswith("pages.")
)
OF_THINGS = [page for page in PAGES if re.search(r"{(sample|analysis)_id}", page[1])]
FOR_ALL = {("GET", "/"), ("GET", "/static/{name}"), ("POST", "/sign-in")}


@pytest.fixture(scope="module")
def things(clinic: Client, data: Path) -> dict[str, str]:
    """Identifiers of one tenant's things, by the name of the address's parameter."""
    sample = sample_of(clinic, data / "wai_250.csv")
    analysis = ask(clinic, sample, kind="items").json()["id"]
    return {"sample_id": sample, "analysis_id": analysis, "name": "style.css", "form": "html"}


class Browser:
    """Somebody with a cookie, who sends forms with the mark of our own pages."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers["Accept"] = "text/html"

    def send(self, method: str, path: str, **fields: str) -> requests.Response:
        form = {"data": {"mark": self.mark(), **fields}} if method == "POST" else {}
        return self.session.request(
            method, self.url + path, allow_redirects=False, timeout=60, **form
        )

    def mark(self) -> str:
        page = self.session.get(self.url + "/", timeout=60).text
        return page.split('name="mark" value="')[1].split('"')[0]

    def signed_in(self, key: str | None) -> Browser:
        assert self.send("POST", "/sign-in", key=str(key)).status_code == 303
        return self


@pytest.fixture(scope="module")
def owner(clinic: Client) -> Browser:
    return Browser(clinic.url).signed_in(clinic.key)


@pytest.fixture(scope="module")
def intruder(stranger: Client) -> Browser:
    return Browser(stranger.url).signed_in(stranger.key)


@pytest.mark.parametrize(("method", "path"), OF_THINGS)
def test_a_page_of_anothers_thing_does_not_exist(
    owner: Browser, intruder: Browser, things: dict[str, str], method: str, path: str
) -> None:
    answer = intruder.send(method, path.format(**things))
    assert answer.status_code == 404
    assert things["sample_id"] not in answer.text
    for address in (f"/samples/{things['sample_id']}", f"/analyses/{things['analysis_id']}"):
        assert owner.send("GET", address).status_code == 200


@pytest.mark.parametrize(("method", "path"), [page for page in PAGES if page not in FOR_ALL])
def test_who_is_not_signed_in_sees_no_page(
    clinic: Client, things: dict[str, str], method: str, path: str
) -> None:
    answer = Browser(clinic.url).send(method, path.format(**things))
    if method == "POST" or path == "/authenticated":  # which a proxy asks, and no person
        assert answer.status_code == 401
    else:
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/?next=")


def test_the_first_page_lists_only_ones_own(
    owner: Browser, intruder: Browser, things: dict[str, str]
) -> None:
    assert things["sample_id"] in owner.send("GET", "/").text
    assert things["sample_id"] not in intruder.send("GET", "/").text


def test_the_fields_of_a_form_reach_nothing_of_anothers(
    owner: Browser, intruder: Browser, stranger: Client, things: dict[str, str], data: Path
) -> None:
    """A form brings the identifier of what it makes, and may name a second sample."""
    own = sample_of(stranger, data / "wai_250.csv")
    before = owner.send("GET", "/").text
    for fields in (
        {"id": things["analysis_id"], "kind": "items"},
        {"other": things["sample_id"], "kind": "items"},
    ):
        answer = intruder.send("POST", f"/samples/{own}/analyses", **fields)
        assert answer.status_code in {404, 409, 422}
        assert things["sample_id"] not in answer.text
    described = {"name": "s", "setting": "other", "instrument": "wai-sr-client"}
    brought = intruder.session.post(
        f"{intruder.url}/samples",
        data={"mark": intruder.mark(), "id": things["sample_id"], **described},
        files={"file": ("a.csv", (data / "wai_250.csv").read_bytes())},
        allow_redirects=False,
        timeout=60,
    )
    assert brought.status_code == 409
    assert owner.send("GET", "/").text == before

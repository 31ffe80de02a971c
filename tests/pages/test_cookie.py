"""The session's cookie behind a proxy that ends TLS: what it may be told, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from service.app import create_app
from service.config import Config

HTTPS = {"X-Forwarded-Proto": "https"}


def first_page(tmp_path: Path, headers: Mapping[str, str], **settings: str) -> Mapping[str, str]:
    app = create_app(Config.from_environment({"ALLIANCE_DATA": str(tmp_path), **settings}))
    answer = app.test_client().get("/", headers={**headers, "Accept": "text/html"})
    assert answer.status_code == 200
    return dict(answer.headers)


@pytest.mark.parametrize(
    ("proxies", "headers", "secure"),
    [
        ("1", HTTPS, True),
        ("2", {"X-Forwarded-Proto": "https, http"}, True),
        ("1", {"X-Forwarded-Proto": "https, http"}, False),
        ("1", {"X-Forwarded-Proto": "http"}, False),
        ("1", {}, False),
        ("0", HTTPS, False),
        ("0", {"Forwarded": "proto=https", "X-Forwarded-Ssl": "on"}, False),
    ],
)
def test_the_cookie_is_secure_if_a_trusted_proxy_says_it_was_asked_for_over_tls(
    tmp_path: Path, proxies: str, headers: Mapping[str, str], secure: bool
) -> None:
    answer = first_page(tmp_path, headers, ALLIANCE_PROXIES=proxies)
    cookie = SimpleCookie(answer["Set-Cookie"])["alliance"]
    assert bool(cookie["secure"]) is secure
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    assert ("Strict-Transport-Security" in answer) is secure

"""Give a client an access token for an assertion it has signed (RFC 6749, section 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.tokens import ASSERTION_TYPE
from service.auth.api_secrets import new_secret
from service.auth.client_assertion import FindKey, check_assertion
from service.auth.scopes import scopes_named
from service.errors import TokenRefusedError
from service.interfaces import Clients, Tokens
from service.records import Assertion, Scope

TOKEN_SECONDS = 300


def issue_token(
    clients: Clients, tokens: Tokens, form: Mapping[str, str], *, audience: str, key_of: FindKey
) -> dict[str, Any]:
    """Issue a token.

    Parameters
    ----------
    clients, tokens
        Who is registered, and where tokens are kept.
    form
        The request's parameters; each came once.
    audience
        The address of the token endpoint.
    key_of
        Finds a client's key.

    Returns
    -------
    dict
        ``access_token``, ``token_type``, ``expires_in`` and the granted ``scope``.

    Raises
    ------
    TokenRefusedError
        With the word RFC 6749 has for it.
    """
    _check_form(form)
    assertion = check_assertion(
        form["client_assertion"],
        audience=audience,
        find=clients.find,
        key_of=key_of,
        now=tokens.now_ms,
    )
    if form.get("client_id", assertion.client.id) != assertion.client.id:
        raise TokenRefusedError("invalid_client", "`client_id` must be the assertion's `iss`.")
    names, granted = _granted(form.get("scope", ""), assertion)
    made = new_secret()
    tokens.add(assertion, made.digest, prefix=made.prefix, scopes=granted, seconds=TOKEN_SECONDS)
    return {
        "access_token": made.text,
        "token_type": "bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": " ".join(names),
    }


def _check_form(form: Mapping[str, str]) -> None:
    if "client_secret" in form:
        detail = "Send the assertion alone: a client proves who it is in one way (`client_secret`)."
        raise TokenRefusedError("invalid_request", detail)
    if not form.get("grant_type"):
        raise TokenRefusedError("invalid_request", "`grant_type` must be client_credentials.")
    if form["grant_type"] != "client_credentials":
        detail = "The only grant type is client_credentials."
        raise TokenRefusedError("unsupported_grant_type", detail)
    if not form.get("client_assertion"):
        detail = "`client_assertion` must hold a signed JSON Web Token."
        raise TokenRefusedError("invalid_request", detail)
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise TokenRefusedError(
            "invalid_request", f"`client_assertion_type` must be {ASSERTION_TYPE}."
        )


def _granted(asked: str, assertion: Assertion) -> tuple[list[str], frozenset[Scope]]:
    """Return the names that are granted and what they allow: all that was asked, or nothing."""
    client = assertion.client
    names = list(dict.fromkeys(asked.split())) or sorted(client.scopes)
    granted = scopes_named(names)
    if granted is None:
        detail = "A scope is unknown; /.well-known/smart-configuration lists those that are known."
        raise TokenRefusedError("invalid_scope", detail)
    if not granted <= client.scopes and Scope.ADMIN not in client.scopes:
        raise TokenRefusedError("invalid_scope", "The client was not registered for these scopes.")
    return names, granted

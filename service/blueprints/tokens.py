"""Access tokens for programs that prove who they are with a key of their own.

SMART App Launch 2, backend services: OAuth 2 client credentials with ``private_key_jwt``.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import orjson
from flask import Response, request

from schemas.tokens import (
    SmartConfigurationSchema,
    TokenRefusalSchema,
    TokenRequestSchema,
    TokenSchema,
)
from service.auth.jwks import ALGORITHMS
from service.auth.scopes import SCOPES
from service.errors import TokenRefusedError, TooLargeError
from service.use_cases.issue_token import issue_token
from service.web.audit import identifies
from service.web.examples import FORM
from service.web.rates import count_failure, refuse_after_failures
from service.web.routes import Blueprint, open_to_all, refuses, services

blueprint = Blueprint("tokens", __name__, description="Access tokens for programs.")

TOKEN_PATH = "/oauth/token"  # noqa: S105 an address, not a secret
_MAXIMUM_FIELDS = 20
_MAXIMUM_BODY = 65_536


@blueprint.route("/fhir/.well-known/smart-configuration")
@open_to_all
@blueprint.response(200, SmartConfigurationSchema)
def fhir_smart_configuration() -> dict[str, Any]:
    """Say the same under the address of the FHIR server, where SMART looks for it."""
    return smart_configuration()


@blueprint.route("/.well-known/smart-configuration")
@open_to_all
@blueprint.response(200, SmartConfigurationSchema)
def smart_configuration() -> dict[str, Any]:
    """Say where tokens are given, for what, and how a client proves who it is."""
    return {
        "token_endpoint": _token_endpoint(),
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": sorted(ALGORITHMS.values()),
        "scopes_supported": list(SCOPES),
        "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
    }


@blueprint.route(TOKEN_PATH, methods=["POST"])
@identifies
@open_to_all
@refuses(
    "REQUEST_ENTITY_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "TOO_MANY_REQUESTS",
    "SERVICE_UNAVAILABLE",
)
@blueprint.doc(requestBody={"required": True, "content": {FORM: {"schema": TokenRequestSchema}}})
@blueprint.response(200, TokenSchema)
@blueprint.alt_response(400, schema=TokenRefusalSchema, description="Refused.", success=True)
@blueprint.alt_response(401, schema=TokenRefusalSchema, description="Not known.", success=True)
def add_token() -> Response:
    """Give an access token, good for five minutes, for a signed assertion."""
    refuse_after_failures(services())
    try:
        token = issue_token(
            services().clients,
            services().tokens,
            _form(),
            audience=_token_endpoint(),
            key_of=services().client_keys.find,
        )
    except TokenRefusedError as error:
        return _refusal(error)
    return _answer(token, 200)


def _token_endpoint() -> str:
    return services().config.public_url + TOKEN_PATH


def _form() -> dict[str, str]:
    """Read the form; a parameter must not come twice (RFC 6749, section 3.2)."""
    if request.mimetype != FORM:
        raise TokenRefusedError("invalid_request", f"Send the request as {FORM}.")
    body = request.stream.read(_MAXIMUM_BODY + 1)
    if len(body) > _MAXIMUM_BODY:
        raise TooLargeError(_MAXIMUM_BODY)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAXIMUM_FIELDS)
    except ValueError:
        raise TokenRefusedError("invalid_request", "The form cannot be read.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise TokenRefusedError("invalid_request", "A parameter came twice.")
    return form


def _refusal(error: TokenRefusedError) -> Response:
    unknown = error.code == "invalid_client"
    if unknown:
        count_failure(services())
    response = _answer(
        {"error": error.code, "error_description": error.detail}, 401 if unknown else 400
    )
    if unknown:
        response.headers["WWW-Authenticate"] = 'Bearer realm="alliance"'
    return response


def _answer(content: dict[str, Any], status: int) -> Response:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(
        orjson.dumps(content), status=status, headers=headers, mimetype="application/json"
    )

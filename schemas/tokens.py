"""Access tokens: what a client sends and gets (RFC 6749; SMART App Launch 2, backend services)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class TokenRequestSchema(Schema):
    """The form a client sends."""

    grant_type = fields.String(required=True, validate=validate.Equal("client_credentials"))
    client_assertion_type = fields.String(required=True, validate=validate.Equal(ASSERTION_TYPE))
    client_assertion = fields.String(
        required=True,
        metadata={"description": "A JSON Web Token, signed with RS384 or ES384; good once."},
    )
    scope = fields.String(
        metadata={
            "description": "Names, separated by spaces; all that the client has if left out.",
            "example": "score samples",
        }
    )
    client_id = fields.String(metadata={"description": "May be left out."})


class TokenSchema(Schema):
    """An access token."""

    access_token = fields.String(required=True)
    token_type = fields.String(required=True, validate=validate.Equal("bearer"))
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds."})
    scope = fields.String(required=True, metadata={"description": "What was granted."})


class TokenRefusalSchema(Schema):
    """Why there is no token (RFC 6749, section 5.2)."""

    error = fields.String(
        required=True,
        validate=validate.OneOf(
            ["invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type"]
        ),
    )
    error_description = fields.String(required=True)


class SmartConfigurationSchema(Schema):
    """What a client needs to know to get a token (SMART App Launch 2)."""

    token_endpoint = fields.String(required=True)
    grant_types_supported = fields.List(fields.String(), required=True)
    token_endpoint_auth_methods_supported = fields.List(fields.String(), required=True)
    token_endpoint_auth_signing_alg_values_supported = fields.List(fields.String(), required=True)
    scopes_supported = fields.List(fields.String(), required=True)
    capabilities = fields.List(fields.String(), required=True)

"""What the service can do in FHIR, as its CapabilityStatement."""

from __future__ import annotations

from typing import Any

from schemas.fhir.names import EXTRACT_OPERATION, FHIR_JSON, FHIR_VERSION, SMART_SERVICE
from schemas.fhir.response import KIND

_LAST_CHANGED = "2026-11-29"
"""When this statement was last changed."""

_EXTRACT = (
    "Scores an answered form and stores nothing. Takes a QuestionnaireResponse, or Parameters with "
    "`questionnaire-response`; returns a transaction Bundle of Observations."
)
_SECURITY = (
    "An API key or an access token (SMART backend services, `private_key_jwt`) as "
    "`Authorization: Bearer`."
)


def capability_statement(*, base: str, version: str) -> dict[str, Any]:
    """Write the CapabilityStatement.

    Parameters
    ----------
    base
        Address of the service.
    version
        Of the software.
    """
    smart = {"system": SMART_SERVICE, "code": "SMART-on-FHIR", "display": "SMART-on-FHIR"}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _LAST_CHANGED,
        "kind": "instance",
        "software": {"name": "Alliance", "version": version},
        "implementation": {"description": "Scores questionnaires.", "url": f"{base}/fhir"},
        "fhirVersion": FHIR_VERSION,
        "format": [FHIR_JSON],
        "rest": [
            {
                "mode": "server",
                "security": {"service": [{"coding": [smart]}], "description": _SECURITY},
                "resource": [
                    {"type": "Questionnaire", "interaction": [{"code": "read"}]},
                    {
                        "type": KIND,
                        "operation": [
                            {
                                "name": "extract",
                                "definition": EXTRACT_OPERATION,
                                "documentation": _EXTRACT,
                            }
                        ],
                    },
                ],
            }
        ],
    }

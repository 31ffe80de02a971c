"""What FHIR R4 and this project call things: addresses of systems, extensions and profiles."""

from __future__ import annotations

FHIR_JSON = "application/fhir+json"
FHIR_VERSION = "4.0.1"

ORDINAL_VALUE = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
ITEM_WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"
ORDINALS = (ORDINAL_VALUE, ITEM_WEIGHT)

CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
ABSENT_REASONS = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
UCUM = "http://unitsofmeasure.org"
SCORE_UNIT = "{score}"
EXTRACT_OPERATION = "http://hl7.org/fhir/uv/sdc/OperationDefinition/QuestionnaireResponse-extract"
SMART_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def canonical(base: str, instrument_id: str) -> str:
    """Return a form's canonical address, without its version.

    Parameters
    ----------
    base
        Address of the service.
    instrument_id
        The form's id.
    """
    return f"{base}/fhir/Questionnaire/{instrument_id}"


def score_system(base: str, instrument_id: str) -> str:
    """Return the code system of a form's scores: ``goal`` … ``total``."""
    return f"{base}/fhir/CodeSystem/{instrument_id}"


def answer_system(base: str, instrument_id: str) -> str:
    """Return the code system of a form's answers: their numbers, as answered."""
    return f"{base}/fhir/CodeSystem/{instrument_id}-answers"


def rule_extension(base: str) -> str:
    """Return the address of the extension that names the scoring rule."""
    return f"{base}/fhir/StructureDefinition/scoring-rule"


def fault_system(base: str) -> str:
    """Return the code system of the faults that an OperationOutcome names."""
    return f"{base}/fhir/CodeSystem/fault"

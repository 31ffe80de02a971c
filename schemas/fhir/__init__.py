"""FHIR R4: a form as a Questionnaire, an answered form in, Observations out."""

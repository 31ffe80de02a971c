"""Talks to the Alliance service.

:class:`Alliance` is written by hand: authentication, retries, waiting, tables. Beneath it stands
``alliance_client.generated``, made from ``openapi.yaml``, with a function for each operation and a
class for each result.
"""

from alliance_client.auth import ApiKey, SignedAssertion
from alliance_client.client import Alliance, Analysis
from alliance_client.errors import AnalysisFailedError, RefusedError
from alliance_client.retries import Retries
from alliance_client.tables import records_table

__all__ = [
    "Alliance",
    "Analysis",
    "AnalysisFailedError",
    "ApiKey",
    "RefusedError",
    "Retries",
    "SignedAssertion",
    "records_table",
]

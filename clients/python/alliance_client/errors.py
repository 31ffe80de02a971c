"""What can go wrong.

``Exception``
├── ``RefusedError``: the service refused a request
└── ``AnalysisFailedError``: an analysis ended without a result
"""

from __future__ import annotations

import httpx

from alliance_client.generated.models import Problem


class RefusedError(Exception):
    """The service refused a request.

    Attributes
    ----------
    status
        The HTTP status.
    problem
        The problem document, with a JSON pointer for each fault; ``None`` if the answer is none,
        for example that of a proxy.
    request_id
        Names the request; it stands in the service's log.
    """

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.request_id = response.headers.get("X-Request-Id")
        self.problem = _problem(response)
        detail = self.problem.detail if self.problem else response.reason_phrase
        faults = "".join(
            f"\n  {fault.pointer}: {fault.detail}"
            for fault in (self.problem.errors if self.problem else ())
        )
        super().__init__(f"{self.status}: {detail}{faults}")


class AnalysisFailedError(Exception):
    """An analysis failed or was cancelled.

    Attributes
    ----------
    analysis
        The analysis; its ``error`` says why.
    """

    def __init__(self, analysis: object, status: str, detail: str) -> None:
        self.analysis = analysis
        super().__init__(f"The analysis is {status}. {detail}".strip())


def _problem(response: httpx.Response) -> Problem | None:
    if response.headers.get("Content-Type", "").split(";")[0] != "application/problem+json":
        return None
    return Problem.from_dict(response.json())

"""What can go wrong in the service, and the one table that decides the HTTP status.

::

    ServiceError
    ├── ConfigurationError       a setting or the machine does not allow the service to run
    ├── UnauthenticatedError     no valid credentials
    ├── TokenRefusedError        no access token; answered in the shape of RFC 6749
    ├── ForbiddenError           valid credentials without the scope
    ├── StaleFormError           a form of a page without its token
    ├── NotFoundError            no such thing, or it belongs to another tenant
    │   └── UnknownFormError     a canonical of no form here
    ├── OutdatedError            the thing is no longer as the caller saw it
    ├── ConflictError            the state of the thing does not allow it now
    ├── UnavailableError         the database is away or full, for the moment
    ├── UnsupportedTypeError     a body of a media type that is not read here
    ├── NotAcceptableError       an answer in a form that is not given here
    ├── TooLargeError            a body beyond the limit
    └── TooManyRequestsError     more requests, attempts or waiting analyses than the limit

The engine's and the schemas' errors stand in the same table. A message says what rule was broken,
never what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psychometrics.errors import EstimationError, InstrumentError, OptionError, ResponsesError
from schemas.fhir.reading import RepeatedMemberError
from schemas.validation_errors import Fault, RefusedInputError, UnreadableInputError


class ServiceError(Exception):
    """Root of the service's errors.

    Parameters
    ----------
    detail
        A sentence for the caller.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class ConfigurationError(ServiceError):
    """A setting or the machine does not allow the service to run."""


class UnauthenticatedError(ServiceError):
    """No valid credentials came with the request."""

    def __init__(self) -> None:
        super().__init__("Send a valid API key or access token as `Authorization: Bearer <key>`.")


class TokenRefusedError(ServiceError):
    """A client gets no access token.

    Parameters
    ----------
    code
        The word RFC 6749, section 5.2, has for it.
    detail
        A sentence for the caller.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class ForbiddenError(ServiceError):
    """The key is valid but was not given the scope."""


class StaleFormError(ServiceError):
    """A form of a page was sent without its token, or with one that is over."""

    def __init__(self) -> None:
        super().__init__("Go back, load the page again and send the form once more.")


class NotFoundError(ServiceError):
    """There is no such thing, or it belongs to another tenant: the answer is the same."""


class UnknownFormError(NotFoundError):
    """A canonical that leads to no form of this service, or to another version of one.

    Parameters
    ----------
    fault
        Where it stands, and what is known instead.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


class NotAcceptableError(ServiceError):
    """The answer is not given in the form that is asked for."""


class OutdatedError(ServiceError):
    """The thing was changed since the caller saw it (`If-Match`)."""

    def __init__(self) -> None:
        super().__init__("It was changed since; read it again and decide anew. Nothing was done.")


class ConflictError(ServiceError):
    """The state of the thing does not allow the request now."""


class UnavailableError(ServiceError):
    """Something the service needs is away for the moment; the same request may succeed later."""


class UnsupportedTypeError(ServiceError):
    """The body has a media type that is not read here."""


class TooLargeError(ServiceError):
    """The body is larger than the limit."""

    def __init__(self, limit: int, unit: str = "bytes") -> None:
        super().__init__(f"The body may hold at most {limit} {unit}; split it into several.")


class TooManyRequestsError(ServiceError):
    """More was asked than the limit allows for now.

    Parameters
    ----------
    detail
        A sentence for the caller.
    retry_after
        Seconds after which it is worth trying again.
    """

    def __init__(self, detail: str, *, retry_after: float) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One kind of refusal.

    Attributes
    ----------
    status
        HTTP status.
    code
        A stable word; ``/docs#problem-<code>`` is the problem's type.
    title
        The same in a few words for people.
    """

    status: int
    code: str
    title: str

    @property
    def type(self) -> str:
        """URI reference that identifies the kind of problem (RFC 9457)."""
        return f"/docs#problem-{self.code}"


REFUSED = Problem(status=422, code="refused", title="The input was read but is refused")
NOT_ACCEPTABLE = Problem(
    status=406, code="not-acceptable", title="No acceptable form of the answer"
)
UNAVAILABLE = Problem(status=503, code="unavailable", title="The service is not ready")
INTERNAL = Problem(status=500, code="internal", title="Something went wrong on our side")

PROBLEMS: Mapping[type[Exception], Problem] = {
    UnreadableInputError: Problem(status=400, code="unreadable", title="The input cannot be read"),
    RepeatedMemberError: Problem(status=400, code="unreadable", title="The input cannot be read"),
    UnauthenticatedError: Problem(
        status=401, code="unauthenticated", title="A valid API key or access token is needed"
    ),
    TokenRefusedError: Problem(status=400, code="token-refused", title="No access token is given"),
    ForbiddenError: Problem(
        status=403, code="forbidden", title="The caller lacks the scope for this"
    ),
    StaleFormError: Problem(status=403, code="stale-form", title="This form is no longer valid"),
    NotFoundError: Problem(status=404, code="not-found", title="There is no such thing"),
    ConflictError: Problem(status=409, code="conflict", title="This is not possible at the moment"),
    OutdatedError: Problem(status=412, code="outdated", title="This was changed in the meantime"),
    UnavailableError: UNAVAILABLE,
    NotAcceptableError: NOT_ACCEPTABLE,
    TooLargeError: Problem(status=413, code="too-large", title="The body is too large"),
    UnsupportedTypeError: Problem(
        status=415, code="unsupported-type", title="This media type is not read here"
    ),
    TooManyRequestsError: Problem(
        status=429, code="too-many-requests", title="This was asked too often"
    ),
    RefusedInputError: REFUSED,
    InstrumentError: REFUSED,
    OptionError: REFUSED,
    ResponsesError: REFUSED,
    EstimationError: Problem(
        status=422, code="not-estimable", title="This cannot be estimated from these answers"
    ),
}
"""Which class of error gives which problem; a subclass falls under its nearest ancestor."""

HTTP_PROBLEMS: Mapping[int, Problem] = {
    problem.status: problem
    for problem in (
        Problem(status=400, code="bad-request", title="The request is malformed"),
        PROBLEMS[NotFoundError],
        Problem(status=405, code="method-not-allowed", title="This method is not offered here"),
        NOT_ACCEPTABLE,
        Problem(status=408, code="timeout", title="The request took too long to arrive"),
        Problem(status=411, code="length-required", title="The length of the body is needed"),
        PROBLEMS[TooLargeError],
        Problem(status=414, code="address-too-long", title="The address is too long"),
        PROBLEMS[UnsupportedTypeError],
        Problem(status=416, code="range", title="The range cannot be satisfied"),
        Problem(status=417, code="expectation", title="The expectation cannot be met"),
        REFUSED,
        PROBLEMS[TooManyRequestsError],
        Problem(status=431, code="headers-too-large", title="The headers are too large"),
        INTERNAL,
        UNAVAILABLE,
    )
}
"""Problems of the web framework's own, by status."""


def problem_of(error: Exception) -> Problem:
    """Look up the kind of problem an error is; what the table does not know is internal."""
    return next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), INTERNAL)


def faults_in(error: Exception) -> tuple[Fault, ...]:
    """Faults an error carries, each with its pointer into what was sent."""
    match error:
        case RefusedInputError():
            return error.faults
        case UnknownFormError():
            return (error.fault,)
        case InstrumentError():
            return (Fault(pointer=error.pointer, code="contradiction", detail=error.detail),)
        case OptionError():
            pointer = f"/options/{error.option}"
            return (Fault(pointer=pointer, code="option", detail=error.detail),)
        case _:
            return ()


def detail_of(error: Exception) -> str:
    """Say in a sentence what is wrong; nothing of what was sent is in it."""
    match error:
        case ServiceError() | UnreadableInputError():
            return error.detail
        case RefusedInputError():
            count = len(error.faults)
            return f"{count} fault was found." if count == 1 else f"{count} faults were found."
        case EstimationError() | ResponsesError() | OptionError() | InstrumentError():
            return str(error)
        case _:
            return "The incident was recorded; try again, and name its id if it happens again."


def document_of(error: Exception) -> dict[str, object]:
    """Render an error as a problem document (RFC 9457)."""
    return document(problem_of(error), detail_of(error), faults_in(error))


def document(problem: Problem, detail: str, faults: tuple[Fault, ...] = ()) -> dict[str, object]:
    """Render a problem document (RFC 9457)."""
    return {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
        "errors": [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}
            for fault in faults
        ],
    }

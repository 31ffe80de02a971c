"""The service, as a program uses it: score, keep, analyse and wait, with tables in and out."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self, get_args

import httpx

from alliance_client import generated
from alliance_client.auth import ApiKey
from alliance_client.errors import AnalysisFailedError, RefusedError
from alliance_client.generated import models
from alliance_client.generated.api.analyses import add_analysis, cancel_analysis, get_analysis
from alliance_client.generated.api.samples import add_sample
from alliance_client.generated.types import Response
from alliance_client.retries import Retries, RetryingTransport
from alliance_client.tables import csv_of, scores_table

if TYPE_CHECKING:
    import pandas as pd

Analysis = (
    models.AgreementAnalysis
    | models.CfaAnalysis
    | models.ComparisonAnalysis
    | models.CriterionAnalysis
    | models.CutoffsAnalysis
    | models.DimensionalityAnalysis
    | models.EfaAnalysis
    | models.InvarianceAnalysis
    | models.IrtAnalysis
    | models.ItemsAnalysis
    | models.LaggedAnalysis
    | models.MonitoringAnalysis
    | models.ReliabilityAnalysis
    | models.ResponsivenessAnalysis
    | models.RetestAnalysis
    | models.SufficiencyAnalysis
    | models.TrajectoryAnalysis
    | models.ValidityAnalysis
)
NewAnalysis = (
    models.NewAgreementAnalysis
    | models.NewCfaAnalysis
    | models.NewComparisonAnalysis
    | models.NewCriterionAnalysis
    | models.NewCutoffsAnalysis
    | models.NewDimensionalityAnalysis
    | models.NewEfaAnalysis
    | models.NewInvarianceAnalysis
    | models.NewIrtAnalysis
    | models.NewItemsAnalysis
    | models.NewLaggedAnalysis
    | models.NewMonitoringAnalysis
    | models.NewReliabilityAnalysis
    | models.NewResponsivenessAnalysis
    | models.NewRetestAnalysis
    | models.NewSufficiencyAnalysis
    | models.NewTrajectoryAnalysis
    | models.NewValidityAnalysis
)
_FINISHED = frozenset({"succeeded", "failed", "cancelled"})
_CSV = {"Content-Type": "text/csv"}
_SHORTEST_LOOK, _LONGEST_LOOK = 0.1, 2.0
"""Seconds between two looks at an analysis."""


class Alliance:
    """A connection to the service.

    Parameters
    ----------
    url
        Address of the service.
    auth
        An API key, or a :class:`~alliance_client.auth.SignedAssertion`.
    timeout
        Seconds that one request may take.
    retries
        When and how often a request is sent again.
    transport
        What sends requests; httpx's own if left out.

    Attributes
    ----------
    client
        For the functions in ``alliance_client.generated.api``, with the same authentication and
        retries: ``list_samples.sync(client=alliance.client)``.
    """

    def __init__(
        self,
        url: str,
        auth: str | httpx.Auth,
        *,
        timeout: float = 120.0,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        sending = RetryingTransport(transport or httpx.HTTPTransport(), retries or Retries())
        self.client = generated.AuthenticatedClient(
            token="",  # `auth` says who it is
            base_url=url,
            timeout=httpx.Timeout(timeout),
            httpx_args={
                "auth": ApiKey(auth) if isinstance(auth, str) else auth,
                "transport": sending,
            },
        )

    def __enter__(self) -> Self:
        self.client.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.client.__exit__(*raised)

    def score(self, instrument: str, table: pd.DataFrame) -> pd.DataFrame:
        """Score a table of answers; nothing of it is stored.

        Parameters
        ----------
        instrument
            Id of the form.
        table
            A row for each answered form: ``i1`` … and, if wanted, ``id``.

        Returns
        -------
        pandas.DataFrame
            A row for each form, in the same order.
        """
        answer = self._http.post(
            "/v1/score", params={"instrument": instrument}, content=csv_of(table), headers=_CSV
        )
        return scores_table(models.ScoreAnswer.from_dict(_json(answer)).results)

    def new_sample(
        self, name: str, instrument: str, setting: models.NewSampleSetting
    ) -> models.Sample:
        """Make a sample."""
        body = models.NewSample(name=name, instrument=instrument, setting=setting)
        answer = add_sample.sync_detailed(client=self.client, body=body)
        if not isinstance(answer.parsed, models.Sample):
            raise RefusedError(_http_response(answer))
        return answer.parsed

    def add(self, sample: str, table: pd.DataFrame, *, key: str | None = None) -> pd.DataFrame:
        """Store a table of answers in a sample, all rows or none, and return their scores.

        Parameters
        ----------
        sample
            Its id.
        table
            As for :meth:`score`, with any of the columns that a sample keeps.
        key
            An ``Idempotency-Key``, if the same rows may be sent by another run of the program.
        """
        headers = _CSV if key is None else {**_CSV, "Idempotency-Key": key}
        address = f"/v1/samples/{sample}/batches"
        answer = self._http.post(address, content=csv_of(table), headers=headers)
        return scores_table(models.BatchAnswer.from_dict(_json(answer)).results)

    def responses(self, sample: str) -> pd.DataFrame:
        """Return the answers of a sample; needs the scope ``export``."""
        import pandas as pd  # an extra

        answer = self._http.get(f"/v1/samples/{sample}/responses.csv")
        if not answer.is_success:
            raise RefusedError(answer)
        return pd.read_csv(io.BytesIO(answer.content))

    def analyse(
        self,
        kind: str,
        *samples: str,
        options: Mapping[str, Any] | None = None,
        on_progress: Callable[[models.Progress], object] | None = None,
        timeout: float | None = None,
    ) -> Analysis:
        """Ask for an analysis, wait for its end, and return it with its result.

        Parameters
        ----------
        kind
            ``cfa``, ``reliability``, ``validity`` …
        samples
            Ids of the samples.
        options
            Options of the kind, as JSON.
        on_progress
            Called whenever a step is done.
        timeout
            Seconds after which waiting ends; the analysis goes on.

        Raises
        ------
        RefusedError
            If the request is refused.
        AnalysisFailedError
            If there is no result.
        TimeoutError
            If it takes longer than ``timeout``.
        """
        given = {"kind": kind, "samples": list(samples), "options": dict(options or {})}
        for one in get_args(NewAnalysis):
            try:
                body: NewAnalysis = one.from_dict(given)
            except ValueError:  # of another kind
                continue
            return self.run(body, on_progress=on_progress, timeout=timeout)
        raise ValueError(f"{kind!r} is not a kind of analysis that this client knows.")

    def run(
        self,
        body: NewAnalysis,
        *,
        on_progress: Callable[[models.Progress], object] | None = None,
        timeout: float | None = None,
    ) -> Analysis:
        """Do the same as :meth:`analyse` for a typed request."""
        asked = add_analysis.sync_detailed(client=self.client, body=body, prefer="wait=0")
        return self.wait(_analysis(asked).id, on_progress=on_progress, timeout=timeout)

    def wait(
        self,
        analysis: str,
        *,
        on_progress: Callable[[models.Progress], object] | None = None,
        timeout: float | None = None,
    ) -> Analysis:
        """Wait for the end of an analysis that was asked for; see :meth:`analyse`."""
        end = None if timeout is None else time.monotonic() + timeout
        seen, pause = None, _SHORTEST_LOOK
        while True:
            now = _analysis(get_analysis.sync_detailed(analysis, client=self.client))
            if on_progress is not None and now.progress != seen:
                on_progress(now.progress)
            seen = now.progress
            if now.status in _FINISHED:
                return _succeeded(now)
            if end is not None and time.monotonic() > end:
                raise TimeoutError(f"The analysis {analysis} is still {now.status}.")
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_LOOK)

    def cancel(self, analysis: str) -> None:
        """Cancel an analysis."""
        answer = cancel_analysis.sync_detailed(analysis, client=self.client)
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise RefusedError(_http_response(answer))

    @property
    def _http(self) -> httpx.Client:
        return self.client.get_httpx_client()


def _succeeded(analysis: Analysis) -> Analysis:
    if analysis.status == "succeeded":
        return analysis
    detail = analysis.error.detail if analysis.error else ""
    raise AnalysisFailedError(analysis, analysis.status, detail)


def _analysis(answer: Response[Any]) -> Analysis:
    if not isinstance(answer.parsed, Analysis):
        raise RefusedError(_http_response(answer))
    return answer.parsed


def _http_response(answer: Response[Any]) -> httpx.Response:
    headers = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
    return httpx.Response(answer.status_code, headers=headers, content=answer.content)


def _json(answer: httpx.Response) -> dict[str, Any]:
    if not answer.is_success:
        raise RefusedError(answer)
    found: dict[str, Any] = answer.json()
    return found

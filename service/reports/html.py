"""The report as one HTML file: its style and figures within, no network, no script."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from service.reports.csp import POLICY
from service.reports.csv import csv_of
from service.reports.document.elements import Document, Table
from service.reports.document.labels import RATINGS
from service.reports.figures.names import FigureName


def render_html(document: Document, figures: Mapping[FigureName, bytes]) -> bytes:
    """Write a document as HTML.

    Parameters
    ----------
    document
        What is said.
    figures
        SVG of every figure that the document points to.
    """
    template = _environment().get_template("report.html")
    page = template.render(
        document=document,
        figures={name: Markup(_inline(svg)) for name, svg in figures.items()},  # noqa: S704 drawn by us
        style=Markup(_style()),  # noqa: S704 a file of this package
        policy=POLICY,
        rating_words=RATINGS,
        data_uri=_data_uri,
    )
    return page.encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("service.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["block"] = lambda block, name: type(block).__name__ == name
    return environment


@cache
def _style() -> str:
    return (files("service.reports") / "templates" / "report.css").read_text()


def _inline(svg: bytes) -> str:
    """Take an SVG's prolog away and hide it from screen readers, who get the alternative text."""
    text = svg.decode()
    body = text[text.index("<svg") :]
    return body.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)


def _data_uri(table: Table) -> str:
    """Return an address that holds the table as CSV."""
    return f"data:text/csv;charset=utf-8,{quote(csv_of(table), safe='')}"

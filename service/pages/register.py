"""Adds the pages to the application."""

from __future__ import annotations

from flask import Flask

from service.pages import analyses, conversation, new_sample, own_form, samples, sign_in
from service.pages.blueprint import as_page, pages
from service.pages.messages import in_words

PARTS = (sign_in, new_sample, own_form, samples, analyses, conversation)
"""Modules whose pages are declared when they are imported."""


def show_pages(app: Flask) -> None:
    """Add the pages, and show refusals as pages where people see them."""
    app.register_blueprint(pages)
    app.jinja_env.filters["in_words"] = in_words
    app.after_request(as_page)

"""What a browser may load for a report: nothing but what is in it."""

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
"""Figures carry their style in attributes, so inline style is allowed; script is not."""

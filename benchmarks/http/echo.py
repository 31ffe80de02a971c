"""The bare server: parses a JSON body and sends it back, nothing else."""

from __future__ import annotations

import orjson
from flask import Flask, Response, request

app = Flask(__name__)


@app.post("/v1/score")
def echo() -> Response:
    """Parse and write the same body."""
    return Response(orjson.dumps(orjson.loads(request.get_data())), mimetype="application/json")

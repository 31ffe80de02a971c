"""The service beside a bare server, stored batches, and a sample of a million responses.

Compared are ``alliance serve --no-worker`` and a Flask application of one route that parses the
same body with orjson and writes it back: the same gunicorn, two processes each, the same Python.
The service runs as it is: it authenticates, logs each request, keeps its audit trail and counts
rates, whose limit alone is raised so that it is not reached. The bare application runs in
gunicorn's threaded worker (``gthread``) with as many threads as the service may use, for the plain
one (``sync``) closes every connection after one answer.

Both are driven in turn over connections that stay open, each of which sends its next request when
it has the answer to the last. CPU time a request is that of the server's processes, with what they
do in the background; other work on the machine changes it less than it changes requests a second.
"""

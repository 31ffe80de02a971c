"""Routes, one module for each kind of thing: read the request, call one use case, answer."""

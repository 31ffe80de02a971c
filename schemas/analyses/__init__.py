"""One module a kind of analysis: the options it takes and the result it gives."""

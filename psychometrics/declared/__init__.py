"""One declaration for each result: what its fields are is said once, everything else is derived."""

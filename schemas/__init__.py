"""The grammar of all that crosses a border: requests, results, definitions, problems."""

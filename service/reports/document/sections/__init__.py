"""One module for each section: its numbers as sentences, tables and figures."""

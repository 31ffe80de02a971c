"""Blocks of answers as JSON, NDJSON or a table: read as one matrix, every fault pointed to."""

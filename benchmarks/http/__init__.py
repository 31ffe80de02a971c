"""The service beside a bare server, stored batches, and a sample of a million responses."""

"""The queue: DBOS, on the service's own database. Workers import it; web processes never do."""

"""How alliance and outcomes go together, with the time of each, and never more than that."""

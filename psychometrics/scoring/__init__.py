"""From answers to scale scores."""

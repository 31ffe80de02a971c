"""Moments of answers and what is known of their precision: means, covariances, polychorics."""

"""The instruments and published values that the service ships, as data."""

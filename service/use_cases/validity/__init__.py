"""The kind ``validity``: the other kinds as sections, and a verdict on what they found."""

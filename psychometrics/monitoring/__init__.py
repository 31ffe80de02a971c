"""How a practice's own use of a form runs from period to period."""

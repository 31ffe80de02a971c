"""What each item does: its distribution, its fit to its scale, and whether the key is right."""

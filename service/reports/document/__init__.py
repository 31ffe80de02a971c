"""Numbers become words here and only here."""

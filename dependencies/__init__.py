"""What the project rests on: whether the locks can still be trusted (``make audit``)."""

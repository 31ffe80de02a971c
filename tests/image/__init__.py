"""The image and what ``compose.yaml`` starts, in real containers: ``make image-check``."""

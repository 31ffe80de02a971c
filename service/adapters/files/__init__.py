"""Files of responses: as they lie on a disk, or as a browser sends them."""

"""Where the service meets the world: files, database, queue."""

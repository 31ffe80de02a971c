"""What the service does, without web and database: one module a use case."""

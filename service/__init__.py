"""The plumbing: web application, command line, storage, jobs, files."""

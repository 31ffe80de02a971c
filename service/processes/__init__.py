"""The processes the service runs as: web server, worker, and who watches both."""

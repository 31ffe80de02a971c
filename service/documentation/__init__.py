"""The documentation page: a template and a style sheet, served from the package itself."""

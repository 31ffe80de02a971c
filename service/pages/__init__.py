"""The pages for people at ``/``: rendered here, without a build step, and usable without script."""

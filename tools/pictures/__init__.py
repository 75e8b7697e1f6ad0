"""Draws the pictures of the exercises from `poses.toml`: `python -m tools.pictures` rewrites all of them."""

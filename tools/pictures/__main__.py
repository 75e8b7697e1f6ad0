"""Rewrites all pictures."""

from tools.pictures.sheets import write

write()

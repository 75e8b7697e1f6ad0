"""Writes the stylesheet anew."""

from tools.bootstrap import USED, used

USED.write_text(used(), encoding="utf-8")

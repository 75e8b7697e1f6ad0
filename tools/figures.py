"""What was measured: printed as a table, and kept as JSON in `var/`."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

Figures = Mapping[str, Mapping[str, float | int | str | bool]]
"""By the name of each measured thing, its figures by their names."""


def publish(name: str, figures: Figures) -> None:
    """Print one line a measured thing, and write the same as `var/<name>.json`."""
    columns = list(dict.fromkeys(column for values in figures.values() for column in values))
    rows = [["", *columns]]
    rows += [[thing, *(_shown(values.get(column, "")) for column in columns)] for thing, values in figures.items()]
    widths = [max(len(row[n]) for row in rows) for n in range(len(columns) + 1)]
    for first, *others in rows:
        print(
            "  ".join(
                [first.ljust(widths[0]), *(text.rjust(width) for text, width in zip(others, widths[1:], strict=True))]
            )
        )
    file = Path("var", f"{name}.json")
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"Written to {file}", flush=True)


def judge(short: Sequence[str]) -> None:
    """Say what falls short of what was promised, and end with an error then."""
    if short:
        sys.exit("\n".join(["Falls short.", *short]))


def _shown(value: float | int | str | bool) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)

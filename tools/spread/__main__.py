"""The site on more than one machine, as far as one machine can show it.

    make bench-spread
    python -m tools.spread replica

`proxy`: two sites behind the nginx of docs/deploying.md, restarted one after the other while people use them.
`pgbouncer`: everyday use through PgBouncer in transaction mode, with fewer connections to PostgreSQL than threads.
`replica`: PostgreSQL killed while people tick, and its replica promoted; what was acknowledged is counted afterwards.

Each has databases, ports and folders of its own. The figures are in var/spread.json.
"""

import os
import sys

from tools.postgres import run, stop_tidily

PARTS = ("proxy", "pgbouncer", "replica")


def main() -> None:
    stop_tidily()
    for part in sys.argv[1:] or PARTS:
        print(f"\n== {part}", flush=True)
        # A process each: Django stays with the first database that it is shown.
        if status := run([sys.executable, "-m", f"tools.spread.{part}"], os.environ):
            sys.exit(status)


if __name__ == "__main__":
    main()

"""What the MDN HTTP Observatory says of the site: its own grader, on this machine, against a site that speaks https.

    make observatory

Two pages are graded: the front page, and the one to sign in on, which sets a cookie. A line for each has the grade, the
score, and what each test of the grader adds to the hundred points that everybody begins with, or takes away from them.

The grader is installed into `var/`, from the versions in `tools/observatory`.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools.figures import judge, publish
from tools.https import HOST, Proxy, https
from tools.npm import install
from tools.postgres import stop_tidily
from tools.site import site
from tools.test import ensure

PAGES = ["/", "/accounts/login/"]
GRADE, POINTS = "A+", 130

PINNED = Path("tools/observatory")
INSTALLED = Path("var/observatory")
GRADER = INSTALLED / "node_modules" / "@mdn" / "mdn-http-observatory"

Row = dict[str, float | int | str | bool]


def main() -> None:
    stop_tidily()
    if ensure("node", "nodejs") or ensure("npm"):
        sys.exit(1)
    install("The grader", PINNED, INSTALLED, GRADER)
    # It would fetch the list of hosts that browsers know to speak https. This machine is not on it.
    (GRADER / "conf" / "hsts-preload.json").write_text("{}")
    with (
        tempfile.TemporaryDirectory(prefix="backpain-observatory-") as folder,
        site(f"sqlite:///{folder}/site.sqlite3", ALLOWED_HOSTS=f"{HOST},backpain.example") as running,
        https(running.port) as proxy,
    ):
        rows = {page: graded(proxy, page) for page in PAGES}
    publish("observatory", rows)
    judge([f"{page}: {row['grade']}, {row['score']} points" for page, row in rows.items() if falls_short(row)])


def falls_short(row: Row) -> bool:
    return row["grade"] != GRADE or int(row["score"]) < POINTS


def graded(proxy: Proxy, page: str) -> Row:
    """It takes a host name, and builds both addresses of it, with and without https, by adding nothing else."""
    trusting = {**os.environ, "NODE_EXTRA_CA_CERTS": str(proxy.certificate)}
    command = ["node", str(GRADER / "src" / "scan.js"), f"{HOST}:{proxy.server_port}{page}"]
    printed = subprocess.run(command, env=trusting, capture_output=True, text=True, check=False)
    if printed.returncode != 0:
        sys.exit(f"The grader could not look at {page}:\n{printed.stdout}{printed.stderr}")
    said: dict[str, Any] = json.loads(printed.stdout)
    modifiers = {name: test["scoreModifier"] for name, test in said["tests"].items()}
    passed = f"{said['scan']['testsPassed']} of {said['scan']['testsQuantity']}"
    return {"grade": said["scan"]["grade"], "score": said["scan"]["score"], "passed": passed, **modifiers}


if __name__ == "__main__":
    main()

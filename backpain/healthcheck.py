"""Asks the site of this container whether it is up: exit code 0 if it is. The Dockerfile's HEALTHCHECK runs this."""

import os
import sys
import urllib.request


def main() -> None:
    port = os.environ.get("PORT", "8000")
    # The site answers to its own names only, so the question has to use one of them.
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*") or "localhost"
    question = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    try:
        urllib.request.urlopen(question, timeout=3).close()  # noqa: S310
    except OSError as problem:
        sys.exit(f"No healthy answer: {problem}")


if __name__ == "__main__":
    main()

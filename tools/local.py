"""Runs Python with the environment of a site on this machine, for example `python -m tools.local manage.py sample`.

What is already in the environment wins, except HOST: such a site is for this machine alone.
"""

import os
import secrets
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

SECRET_FILE = Path("var/secret_key")


def main() -> None:
    os.environ["HOST"] = "127.0.0.1"
    os.environ["SECRET_KEY"] = os.environ.get("SECRET_KEY") or secret_key(SECRET_FILE)
    os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost")
    os.environ.setdefault("HTTPS", "off")
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])  # noqa: S606


def secret_key(file: Path) -> str:
    """The secret kept in this file. The first call makes it up; everybody who calls at that moment gets the same."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, exist_ok=True)
        # Such a file can be read by its owner only. A link to it appears with all its content or not at all, and never
        # replaces what somebody else put there first.
        with tempfile.NamedTemporaryFile("w", dir=file.parent) as draft:
            draft.write(secrets.token_urlsafe(50))
            draft.flush()
            os.fsync(draft.fileno())
            with suppress(FileExistsError):
                os.link(draft.name, file)
    return file.read_text().strip()


if __name__ == "__main__":
    main()

"""Programs of others in JavaScript, in pinned versions, each in a folder of its own below `var/`."""

import shutil
import subprocess
import sys
from pathlib import Path


def install(name: str, pinned: Path, installed: Path, program: Path) -> None:
    """What `pinned` lists, unless it is there in these versions. Ends everything if npm cannot bring it."""
    kept = installed / "package-lock.json"
    if program.exists() and kept.read_bytes() == (pinned / "package-lock.json").read_bytes():
        return
    print(f"Installing {name} into {installed}; this happens once", flush=True)
    shutil.copytree(pinned, installed, dirs_exist_ok=True)
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(["npm", "ci", *quiet], cwd=installed, check=False).returncode != 0:
        kept.unlink()
        sys.exit(f"{name} could not be installed: npm says why, above.")

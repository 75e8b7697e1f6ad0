"""Says in one line what this machine is missing, before anything is installed: `python3 tools/preflight.py [port]`.

The machine's own Python 3 runs this, however old it is, so the file keeps to what all of them can read.
"""

import errno
import socket
import sys


def main() -> None:
    complaint = about_python(sys.version_info[:3]) or about_modules()
    if len(sys.argv) > 1:
        complaint = complaint or about_port(sys.argv[1])
    if complaint:
        sys.exit("Backpain cannot start: " + complaint)


def about_python(version: "tuple[int, int, int]") -> str:
    if version >= (3, 11):
        return ""
    found = ".".join(str(part) for part in version)
    return (
        "it needs Python 3.11 or newer, and this is Python " + found + ". "
        "If a newer one is installed, name it, as in: make run PYTHON=python3.12"
    )


def about_modules() -> str:
    for name in ("venv", "ensurepip"):
        try:
            __import__(name)
        except ImportError:
            return (
                "this Python comes without its module " + name + ", which makes virtual environments. "
                "On Debian and Ubuntu, apt install python3-venv adds it."
            )
    return ""


def about_port(text: str) -> str:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        return "PORT must be a number from 1 to 65535, not '" + text + "'."
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                why = "port " + text + " is in use. Perhaps Backpain is running already?"
            elif problem.errno == errno.EACCES:
                why = "this user may not open port " + text + "."
            else:
                why = "port " + text + " cannot be opened (" + str(problem) + ")."
            return why + " Another port can be named, as in: make run PORT=8001"
    return ""


if __name__ == "__main__":
    main()

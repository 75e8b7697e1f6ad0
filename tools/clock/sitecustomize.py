"""Puts the clock of a site off, by as many seconds as the file CLOCK_FILE says just then.

Python imports this by itself wherever PYTHONPATH names the folder, so that it needs no change of the site. Clocks that
only measure how long something takes stay right, as they do when an administrator sets a real one.
"""

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import time_machine

FILE = Path(os.environ["CLOCK_FILE"])
clock = time_machine.travel(datetime.now(UTC), tick=True).start()
off_by = 0.0


def set_clock() -> None:
    global off_by
    wanted = float(FILE.read_text() or 0)
    if wanted != off_by:
        clock.shift(wanted - off_by)
        off_by = wanted


def follow() -> None:
    while FILE.exists():
        set_clock()
        time.sleep(0.1)


def start() -> None:
    threading.Thread(target=follow, daemon=True).start()


set_clock()
start()
# A fork takes no threads along.
os.register_at_fork(after_in_child=start)

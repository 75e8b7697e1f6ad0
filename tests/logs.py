"""What the site writes into its log."""

import io
import json
import logging
from logging import StreamHandler
from typing import Any


def stderr_of(logger: logging.Logger) -> StreamHandler:
    """The one handler of the settings, among those of the test runner."""
    [handler] = [one for one in logger.handlers if type(one) is StreamHandler]
    return handler


class Log:
    """What the site has written into its log since the test began."""

    def __init__(self) -> None:
        self.written = io.StringIO()

    @property
    def text(self) -> str:
        return self.written.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def without_time(self) -> list[dict[str, Any]]:
        """The lines without what differs from one run to the next."""
        return [{name: said for name, said in line.items() if name not in ("time", "ms", "id")} for line in self.lines]

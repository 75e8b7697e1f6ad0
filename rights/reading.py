"""Reads a document of `rights.document` a piece at a time, whatever its layout and whatever its size.

No clock and no database: bytes in, records out. At no time more than two records' length of text is held.
"""

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

MAX_RECORD = 64 * 1024
"""Signs of one record, at the most."""

MAX_ENTRIES = 250_000
"""Of a list. A hundred a day for six years are fewer."""

MAX_DIGITS = 20
"""Of a number. No column holds as many; Python would take a while over thousands of them."""

SHOWN = 40
"""Signs of a value that a complaint repeats."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section, as it stands in the file; `file` is said where there is more than one."""

    section: str
    line: int
    value: Any
    file: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with one record."""

    line: int
    reason: str
    file: str = ""


class UnreadableError(ValueError):
    """The file as a whole cannot be read; where that shows, and why, in a sentence for the person."""

    def __init__(self, reason: str, line: int = 1, file: str = "") -> None:
        super().__init__(reason)
        self.complaint = Complaint(line, reason, file)


def short(value: object) -> str:
    """A value as a complaint repeats it: a piece of it, with nothing that a page or a terminal could stumble over."""
    if isinstance(value, (list, dict)):
        return _("a list") if isinstance(value, list) else _("a group of values")
    text = value if isinstance(value, str) else json.dumps(value)
    text = text[: SHOWN + 1]
    text = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
    return f"“{text}”" if len(text) <= SHOWN else f"“{text[:SHOWN]}…”"


class _TellingError(ValueError):
    """Speaks to the person, unlike what the parser says."""


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        seen = set[str]()
        for name, _value in pairs:
            if name in seen:
                raise _TellingError(_("%(name)s is said twice in one record.") % {"name": short(name)})
            seen.add(name)
    return value


def _no_number(text: str) -> Any:
    raise _TellingError(_("%(text)s is no number that can be kept.") % {"text": short(text)})


def _whole(text: str) -> int:
    return int(text) if len(text) <= MAX_DIGITS else _no_number(text)


# A part of a number is no error here: which numbers a field takes, its own check knows.
_decoder = json.JSONDecoder(object_pairs_hook=_without_twins, parse_int=_whole, parse_constant=_no_number)
_not_blank = re.compile(r"[^ \t\r\n]")


class _Window:
    """What lies ahead in the text: a record's length at the least, or all that is left."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._decode = getincrementaldecoder("utf-8-sig")().decode
        self._text, self._at = "", 0
        self._line, self._counted = 1, 0
        self._ended = False

    @property
    def line(self) -> int:
        return self._line_at(self._at)

    def _line_at(self, at: int) -> int:
        self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        return self._line

    def _fill(self) -> None:
        if self._ended or len(self._text) - self._at > MAX_RECORD:
            return
        parts = [self._text[self._at :]]
        self._line, self._text, self._at, self._counted = self.line, "", 0, 0
        # To twice what is needed, so that small chunks do not lead here again for each record.
        while not self._ended and sum(map(len, parts)) <= 2 * MAX_RECORD:
            parts.append(self._next(parts))
        self._text = "".join(parts)

    def _next(self, before: list[str]) -> str:
        chunk = next(self._chunks, None)
        self._ended = chunk is None
        try:
            return self._decode(chunk or b"", self._ended)
        except UnicodeDecodeError as error:
            line = self._line + sum(part.count("\n") for part in before) + error.object[: error.start].count(b"\n")
            raise UnreadableError(_("From here on this is no text in UTF-8."), line) from None

    def peek(self) -> str:
        """The next sign that is not blank; none at the end."""
        while True:
            self._fill()
            found = _not_blank.search(self._text, self._at)
            self._at = found.start() if found else len(self._text)
            if self._at < len(self._text) or self._ended:
                return self._text[self._at : self._at + 1]

    def take(self, expected: str) -> str:
        """The next sign, which has to be one of these."""
        sign = self.peek()
        if not sign:
            raise UnreadableError(
                _("The file ends here, in the middle. It seems that a part of it is missing."), self.line
            )
        if sign not in expected:
            raise UnreadableError(_("From here on this is no JSON."), self.line)
        self._at += 1
        return sign

    def value(self) -> Any:
        """The next value, whatever it is."""
        if not self.peek():
            self.take("")
        line = self.line
        try:
            value, end = _decoder.raw_decode(self._text, self._at)
        except _TellingError as error:
            raise UnreadableError(str(error), line) from None
        except RecursionError:
            raise UnreadableError(_("This is nested too deeply."), line) from None
        except json.JSONDecodeError as error:
            raise UnreadableError(
                self._why_broken(), self._line_at(max(self._at, min(error.pos, len(self._text))))
            ) from None
        if end - self._at > MAX_RECORD:
            raise UnreadableError(_("This record is too long: more than %(n)d signs.") % {"n": MAX_RECORD}, line)
        self._at = end
        return value

    def _why_broken(self) -> str:
        if self._ended:
            return _("This is no JSON, or a part of the file is missing.")
        return _("This is no JSON, or a record is longer than %(n)d signs.") % {"n": MAX_RECORD}


def read(chunks: Iterable[bytes], lists: Collection[str], others: Collection[str]) -> Iterator[Entry]:
    """The entries of a document in the order of the file: each of a section that is a list, and each other value.

    Raises UnreadableError where the file is broken; what came before it has been given out by then.
    """
    window = _Window(chunks)
    if window.peek() != "{":
        raise UnreadableError(_("This is no export of Backpain: it does not begin with {."))
    window.take("{")
    seen: set[str] = set()
    closing = window.peek() == "}"
    if closing:
        window.take("}")
    while not closing:
        window.peek()
        line = window.line
        name = _name(window)
        if name in seen:
            raise UnreadableError(_("%(name)s comes twice.") % {"name": short(name)}, line)
        seen.add(name)
        if name in lists:
            yield from _entries(window, name)
        elif name in others:
            window.peek()
            yield Entry(name, window.line, window.value())
        else:
            raise UnreadableError(_("%(name)s is no part of an export of Backpain.") % {"name": short(name)}, line)
        closing = window.take(",}") == "}"
    if window.peek():
        raise UnreadableError(_("There is more text after the end."), window.line)


def _name(window: _Window) -> str:
    if window.peek() != '"':
        window.take('"')
    name = window.value()
    window.take(":")
    return str(name)


def _entries(window: _Window, section: str) -> Iterator[Entry]:
    if window.peek() != "[":
        raise UnreadableError(_("%(name)s has to be a list.") % {"name": short(section)}, window.line)
    window.take("[")
    if window.peek() == "]":
        window.take("]")
        return
    for _n in range(MAX_ENTRIES):
        window.peek()
        yield Entry(section, window.line, window.value())
        if window.take(",]") == "]":
            return
    raise UnreadableError(_("This list has more than %(n)d records.") % {"n": MAX_ENTRIES}, window.line)

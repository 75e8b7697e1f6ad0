"""A run: visit after visit, and the least of what went wrong."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from tests.neighbours import ROLES, Neighbours
from tools.fuzz.requests import FORM, Asked, Generator
from tools.fuzz.site import Site

TOLD = 10_000
"""After so many requests it says how far it is."""


@dataclass
class Run:
    """What came of it. `wrong` tells each thing once, by its first line."""

    site: Site
    seed: str
    wrong: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    processor_seconds: float = 0.0

    @property
    def sent(self) -> int:
        return self.site.statuses.total()


def fuzz(there: Neighbours, seed: str, requests: int, only: int | None = None) -> Run:
    """Send so many, or one visit alone."""
    run = Run(Site(there), seed)
    began, worked, n = time.perf_counter(), time.process_time(), only or 0
    while run.sent < requests:
        sent = run.sent
        _visit(run, n)
        if run.sent // TOLD != sent // TOLD:
            print(f"{run.sent} sent", flush=True)
        n += 1
        if only is not None:
            break
    run.seconds, run.processor_seconds = time.perf_counter() - began, time.process_time() - worked
    return run


def _visit(run: Run, n: int) -> None:
    role = ROLES[n % len(ROLES)]
    visit = Generator(run.site.there, f"{run.seed}/{n}").visit(role)
    for place, what in run.site.visit(role, visit):
        title = _title(what)
        if title not in run.wrong:
            few = smallest(visit[: place + 1], partial(_goes_wrong, run.site, role, title))
            told = "\n".join(f"    {one}" for one in few)
            run.wrong[title] = f"{what}\n  as {role}, in visit {n} of seed {run.seed}:\n{told}"
            print(run.wrong[title], flush=True)


def _title(what: str) -> str:
    """Its first line, and the last one of a traceback."""
    lines = what.strip().splitlines()
    return " ".join([lines[0], *lines[1:][-1:]])


def _goes_wrong(site: Site, role: str, title: str, requests: Sequence[Asked]) -> bool:
    return any(_title(what) == title for _place, what in site.visit(role, requests))


def smallest(requests: Sequence[Asked], goes_wrong: Callable[[Sequence[Asked]], bool]) -> list[Asked]:
    """The fewest of the requests, and the least of each, that still go wrong."""
    left = list(requests[-1:] if goes_wrong(requests[-1:]) else requests)
    n = 0
    while n < len(left) - 1:
        fewer = left[:n] + left[n + 1 :]
        if goes_wrong(fewer):
            left = fewer
        else:
            n += 1
    for n in range(len(left)):
        for simpler in _simpler(left[n]):
            tried = replace(left[n], **simpler)
            if goes_wrong([*left[:n], tried, *left[n + 1 :]]):
                left[n] = tried
    return left


def _simpler(asked: Asked) -> Iterator[dict[str, Any]]:
    """What could be left out of it."""
    yield {"headers": {}}
    if len(asked.headers) > 1:
        yield from ({"headers": {name: value}} for name, value in asked.headers.items())
    yield {"query": ""}
    yield {"body": b"", "kind": FORM}
    yield {"checks_forgery": False}
    # One field alone.
    if "&" in asked.query:
        yield from ({"query": part} for part in asked.query.split("&"))
    if b"&" in asked.body:
        yield from ({"body": part} for part in asked.body.split(b"&"))

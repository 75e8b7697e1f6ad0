"""The one way from this site to an address that a stranger has given: the push service of a browser.

Such an address could be that of a machine of ours, which the site reaches and the stranger does not. So it has to be of
one of the known services. Its name is looked up once, all that it leads to has to be on the public internet, and the
connection goes to just that. Nothing is followed, no proxy is asked, and what comes back is read as far as its headers.
"""

import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from time import monotonic
from typing import Any

from django.conf import settings
from django.utils.http import is_same_domain

PORT = 443
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# As browsers write it. No user, no other port, no fragment, nothing that could be read in two ways.
ENDPOINT = re.compile(rf"https://(?P<host>{LABEL}(?:\.{LABEL})+)(?::443)?(?P<path>/[!-~]*)")
MISREAD = re.compile(r"[\\#@]")

Address = IPv4Address | IPv6Address

# IANA's registries of special addresses, whether routers pass them on or not. Those of IPv6 lie outside of the one
# block that is given out, but for a few. What hides an IPv4 address in one of IPv6 is among them.
GIVEN_OUT = ip_network("2000::/3")
SPECIAL = [
    ip_network(block)
    for block in [
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    ]
]


class RefusedError(Exception):
    """The site does not go there. Says nothing of the address, which is a secret of a browser's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a push service said; None if it said nothing in time."""

    status: int | None
    retry_after: str = ""


def parts_of(endpoint: str) -> tuple[str, str]:
    """Host and path of a push service that is known here. Raises `RefusedError` for anything else."""
    found = ENDPOINT.fullmatch(endpoint)
    if not found or MISREAD.search(endpoint):
        raise RefusedError
    host, path = found["host"], found["path"]
    if not any(is_same_domain(host, known) for known in settings.PUSH_HOSTS):
        raise RefusedError
    return host, path


def is_public(address: Address) -> bool:
    """Whether it is of a machine on the internet that anybody may reach."""
    if isinstance(address, IPv6Address) and address not in GIVEN_OUT:
        return False
    return not any(address in block for block in SPECIAL)


def resolve(host: str) -> Sequence[str]:
    """The addresses that a name leads to, as the machine finds them."""
    found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for _family, _type, _protocol, _name, address in found))


def dial(address: str, seconds: float) -> socket.socket:
    return socket.create_connection((address, PORT), timeout=seconds)


@cache
def trust() -> ssl.SSLContext:
    """Certificates are checked for the name of the host, whatever address it is reached at."""
    context = ssl.create_default_context()
    context.sslsocket_class = _Hurried
    return context


def post(endpoint: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
    """Send it, and wait for the answer for so long in all. Raises `RefusedError`."""
    end = monotonic() + seconds
    host, path = parts_of(endpoint)
    try:
        line = _Line(host, _public(resolve(host)), end)
        try:
            line.request("POST", path, body, dict(headers))
            answer = line.getresponse()
            return Answer(answer.status, answer.headers.get("Retry-After", ""))
        finally:
            line.close()
    except (OSError, HTTPException):
        return Answer(None)


def _public(found: Sequence[str]) -> Sequence[str]:
    """These, if all are public. One that is not makes the others suspicious as well."""
    try:
        addresses = [ip_address(one) for one in found]
    except ValueError as problem:
        # An address with a zone, such as fe80::1%eth0, is that of a neighbour.
        raise RefusedError from problem
    if not all(is_public(address) for address in addresses):
        raise RefusedError
    return found


class _Hurried(ssl.SSLSocket):
    """One end for all that is sent and received: a service that says a byte now and then gets no more time."""

    end: float

    def recv_into(self, *parts: Any, **named: Any) -> int:
        self.settimeout(_left(self.end))
        return super().recv_into(*parts, **named)

    def send(self, *parts: Any, **named: Any) -> int:
        self.settimeout(_left(self.end))
        return super().send(*parts, **named)


class _Line(HTTPSConnection):
    """A connection to one of these addresses, for the host of that name."""

    def __init__(self, host: str, addresses: Sequence[str], end: float) -> None:
        super().__init__(host, PORT, context=trust())
        self.addresses, self.end = addresses, end

    def connect(self) -> None:
        bare = self._first_that_answers()
        try:
            bare.settimeout(_left(self.end))
            line = trust().wrap_socket(bare, server_hostname=self.host)
        except BaseException:
            bare.close()
            raise
        line.end = self.end  # type: ignore[attr-defined]  # of `_Hurried`
        self.sock = line

    def _first_that_answers(self) -> socket.socket:
        for tried, address in enumerate(self.addresses):
            try:
                # What is left is shared, so that one address that swallows everything does not use up all of it.
                return dial(address, _left(self.end) / (len(self.addresses) - tried))
            except OSError:
                continue
        raise OSError


def _left(end: float) -> float:
    left = end - monotonic()
    if left <= 0:
        raise TimeoutError
    return left

"""Every address of the site, each with something in the place of what it leaves open."""

from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern, URLResolver

FILLED_IN = {
    "DateConverter": "2026-11-16",
    "IntConverter": "1",
    "SlugConverter": "calf",
    "StringConverter": "calf",
    "UUIDConverter": "12345678-1234-4678-9234-567812345678",
}
WRITTEN_AS_REGEXES = {
    "account_confirm_email": "accounts/confirm-email/MQ:abc/",
    "account_reset_password_from_key": "accounts/password/reset/key/1-set-password/",
}
"""Addresses of others: what stands in their place."""
NOT_OURS = {"admin"}


def every_address() -> list[str]:
    """All but those of the admin, which has its own."""
    return sorted({f"/{address}" for address in _below(get_resolver(), "")})


def _below(resolver: URLResolver, before: str) -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            if one.namespace not in NOT_OURS:
                yield from _below(one, before + _filled_in(one.pattern))
        elif one.name in WRITTEN_AS_REGEXES:
            yield WRITTEN_AS_REGEXES[one.name]
        else:
            yield before + _filled_in(one.pattern)


def _filled_in(pattern: Any) -> str:
    assert isinstance(pattern, RoutePattern) or (isinstance(pattern, RegexPattern) and not pattern.regex.groups)
    address = str(pattern).strip("^$")
    for name, converter in pattern.converters.items():
        kind = type(converter).__name__
        before, _, rest = address.partition("<")
        assert rest.partition(">")[0].endswith(name)
        address = before + FILLED_IN[kind] + rest.partition(">")[2]
    return address

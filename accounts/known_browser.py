"""Browsers in which a person has signed in before.

After some wrong guesses at an account, everybody has to wait. Were its person among them, anybody could shut them out
by guessing on and on. So the browsers they are known in are counted apart. The cookie opens nothing: it is told by whom
it is for only together with their address, and lets nobody guess more often than strangers may.
"""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

KNOWN_FOR = timedelta(days=365)


def is_known(request: HttpRequest, email: str) -> bool:
    return constant_time_compare(request.COOKIES.get(_cookie(), ""), _sign_of(email))


def make_known(response: HttpResponseBase, email: str) -> None:
    response.set_cookie(
        _cookie(),
        _sign_of(email),
        max_age=KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie() -> str:
    return f"{settings.COOKIE_PREFIX}known"


def _sign_of(email: str) -> str:
    return salted_hmac("accounts.known_browser", email.strip().lower(), algorithm="sha256").hexdigest()

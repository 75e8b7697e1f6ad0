"""Where the sentence is kept that the next page says: in a cookie, or in the session if it is too long for one."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class NamedLikeTheOthers(CookieStorage):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cookie_name = f"{settings.COOKIE_PREFIX}messages"


class Messages(FallbackStorage):
    storage_classes = (NamedLikeTheOthers, SessionStorage)

    def __iter__(self) -> Iterator[Message]:
        """A page that is fetched ahead, to be kept for later, does not take the sentence away from the next one."""
        if self.request.headers.get("Purpose") == "prefetch":
            return iter(())
        return super().__iter__()

"""Django's sessions in the database, which say besides whose they are and when they were last used."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import DatabaseError

# To the hour is exact enough to tell a device by, and spares all other visits the writing.
USE_IS_NOTED_EVERY = timedelta(hours=1)


class SessionStore(db.SessionStore):
    used_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> Any:
        from accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        session: Any = super().create_model_instance(data)
        session.owner = data.get(SESSION_KEY)
        return session

    def _get_session_from_db(self) -> Any:
        session = super()._get_session_from_db()  # type: ignore[misc]  # the stubs do not know it
        self.used_at = session.used_at if session else None
        return session

    def note_use(self, at: datetime) -> None:
        """By itself, not with what is in the session: another request may be changing that."""
        if self.used_at is None or at - self.used_at < USE_IS_NOTED_EVERY:
            return
        # A page matters more than when it was looked at: it is shown even if the database takes no writes.
        with suppress(DatabaseError):
            self.get_model_class().objects.filter(session_key=self.session_key).update(used_at=at)

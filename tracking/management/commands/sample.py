import random
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from exercises.models import Exercise
from exercises.prescription import Per
from tracking import planning
from tracking.models import Completion, PlanItem
from tracking.schedule import Status, Week, standing

EMAIL = "sample@example.org"
WEEKS = 16


class Command(BaseCommand):
    help = "Makes a sample person with 16 weeks of history, anew each time. Only with DEBUG or a local SQLite database."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and connection.vendor != "sqlite":
            raise CommandError("A sample person is made only with DEBUG on or in a local SQLite database.")
        password = secrets.token_urlsafe(9)
        now = timezone.now()
        with transaction.atomic():
            User.objects.filter(email=EMAIL).delete()
            user = User.objects.create_user(EMAIL, password, time_zone="UTC", safety_read_at=now)
            EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
            today = user.day_at(now)
            start = Week.of(today, user.week_start).shifted(-WEEKS).first
            planning.start(user, Exercise.objects.offered(), start)
            Completion.objects.bulk_create(_completions(user, start, now))
        self.stdout.write(f"Sign in as {EMAIL} with the password {password}")


def _completions(user: User, start: date, now: datetime) -> list[Completion]:
    """A person who does most of what is due, less on weekends, with one poor week and a slow start of today."""
    today = user.day_at(now)
    chance = random.Random(16)  # noqa: S311  # a believable history, not a secret
    poor_week = Week.of(start, user.week_start).shifted(9)
    rows = []
    for item in PlanItem.objects.for_user(user).in_order():
        done: dict[date, int] = {}
        for day in (start + timedelta(days=n) for n in range((today - start).days + 1)):
            if standing(item.frequency, day, done, user.week_start).status is not Status.DUE:
                continue
            zeal = 0.3 if day in poor_week.days else 0.45 if day == today else 0.75 if day.weekday() >= 5 else 0.93
            goes = item.at_most if item.per == Per.DAY else 1
            n = sum(chance.random() < zeal for _ in range(goes))
            done[day] = n
            rows += [
                Completion(user=user, day=day, exercise=item.exercise, nth=nth, recorded_at=now)
                for nth in range(1, n + 1)
            ]
    return rows

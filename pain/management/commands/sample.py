import random
import secrets
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from exercises.models import Exercise
from exercises.prescription import Per
from pain.models import CheckIn
from tracking import planning
from tracking.models import Completion, Pause, PlanItem, Skip
from tracking.schedule import ONE_DAY, Status, Week, paused_days, standing

EMAIL = "sample@example.org"
WEEKS = 16
WORDS = {
    40: "Better since I sit less",
    91: "Stiff and sore after lifting boxes",
    93: "Easier when I walk a little",
    107: "Only in the morning, gone by noon",
}
"""What is noted besides a number, by the day of the course."""


class Command(BaseCommand):
    # It fills all apps, and so stands in the one that may know them all.
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
            _plan(user, start)
            Completion.objects.bulk_create(_completions(user, now))
            _skip(user, now)
            CheckIn.objects.bulk_create(_check_ins(user, start, now))
        self.stdout.write(f"Sign in as {EMAIL} with the password {password}")


def _plan(user: User, start: date) -> None:
    """The full routine; after five weeks one exercise twice a day, after eight a journey, after thirteen a flare-up."""
    planning.start(user, Exercise.objects.offered(), start)
    stretch, stand, legs = (Exercise.objects.get(slug=slug) for slug in ("foot-stretch", "toe-stand", "leg-raise"))
    twice = {**planning.usual(stretch), "at_least": 1, "at_most": 2, "slot_names": "after waking\nbefore bed"}
    planning.prescribe(user, stretch, start + timedelta(weeks=5), **twice)
    journey, flare_up = start + timedelta(weeks=8, days=2), start + timedelta(weeks=13, days=1)
    planning.pause(user, journey, journey, journey + timedelta(days=5), Pause.Reason.TRAVEL)
    planning.pause(user, flare_up, flare_up, flare_up + timedelta(days=3), Pause.Reason.FLARE_UP, [stretch.pk, legs.pk])
    planning.move(user, stand.slug, -1, start)


def _completions(user: User, now: datetime) -> list[Completion]:
    """A person who does most of what is due, less on weekends, with one poor week and a slow start of today."""
    today = user.day_at(now)
    chance = random.Random(16)  # noqa: S311  # a believable history, not a secret
    poor_week = Week.of(today, user.week_start).shifted(9 - WEEKS)
    pauses = [pause.value for pause in Pause.objects.for_user(user)]
    done: dict[int, dict[date, int]] = defaultdict(dict)
    rows = []
    for item in PlanItem.objects.for_user(user).order_by("exercise__number", "starts_on"):
        end = item.ends_on or today + ONE_DAY
        so_far, paused = done[item.exercise_id], paused_days(pauses, item.exercise_id, item.starts_on, end)
        for day in (item.starts_on + timedelta(days=n) for n in range((end - item.starts_on).days)):
            if standing(item.frequency, day, so_far, user.week_start, paused).status is not Status.DUE:
                continue
            zeal = 0.3 if day in poor_week.days else 0.45 if day == today else 0.75 if day.weekday() >= 5 else 0.93
            goes = item.at_most if item.per == Per.DAY else 1
            n = sum(chance.random() < zeal for _ in range(goes))
            so_far[day] = n
            rows += [
                Completion(user=user, day=day, exercise_id=item.exercise_id, nth=nth, recorded_at=now)
                for nth in range(1, n + 1)
            ]
    return rows


def _skip(user: User, now: datetime) -> None:
    today = user.day_at(now)
    for days_ago, slug, reason in [
        (5, "tendon-stretch", Skip.Reason.NO_TIME),
        (11, "band-pull", Skip.Reason.NO_EQUIPMENT),
        (12, "toe-walk", Skip.Reason.SORE),
    ]:
        day, exercise = today - timedelta(days=days_ago), Exercise.objects.get(slug=slug)
        Completion.objects.for_user(user).between(day, day).filter(exercise=exercise).delete()
        Skip.objects.set_skipped(user, day, exercise, reason, now)


def _check_ins(user: User, start: date, now: datetime) -> list[CheckIn]:
    """Every other day or so, slowly less, with the flare-up in between; the latest was yesterday."""
    chance = random.Random(4)  # noqa: S311  # as above
    today = user.day_at(now)
    flare_up = start + timedelta(weeks=13)
    rows = []
    for n in range((today - start).days):
        day = start + timedelta(days=n)
        in_flare_up = timedelta() <= day - flare_up < timedelta(days=5)
        if chance.random() < 0.45 or in_flare_up:
            score = chance.randint(5, 6) if in_flare_up else chance.choice([4, 3, 3, 2]) - (n > 60)
            moment = chance.choice(CheckIn.Moment.values)
            key = UUID(int=chance.getrandbits(128), version=4)
            place = CheckIn.Place.LOW_BACK if chance.random() < 0.5 else ""
            said = {"moment": moment, "score": score, "place": place, "words": WORDS.get(n, "")}
            at = datetime.combine(day, time(18), user.zone)
            rows.append(CheckIn(user=user, day=day, key=key, recorded_at=at, **said))
    return rows

"""People with a history, for measuring."""

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID


def somebody(email: str, days: int, today: date) -> Any:
    """A person with the whole routine since so many days, who does most of it, and notes pain every third day.

    The same days give the same course. Today itself is still open.
    """
    from accounts.models import User
    from exercises.models import Exercise
    from pain.models import CheckIn
    from tracking import planning
    from tracking.models import Completion, PlanItem

    now = datetime.combine(today, time(12), UTC)
    user = User.objects.create_user(email, time_zone="UTC", safety_read_at=now)
    start = today - timedelta(days=days)
    planning.start(user, Exercise.objects.offered(), start)
    items = list(PlanItem.objects.for_user(user))
    chance = random.Random(1)  # noqa: S311  # the same course each time
    done, noted = [], []
    for n in range(days):
        day = start + timedelta(days=n)
        for item in items:
            often = item.at_most if item.per == "day" else chance.random() < item.at_most / 5
            times = int(often) + (chance.random() < 0.5) - (chance.random() < 0.1)
            done += [
                Completion(user=user, day=day, exercise_id=item.exercise_id, nth=nth, recorded_at=now)
                for nth in range(1, times + 1)
            ]
        if n % 3 == 0:
            score, words = chance.randrange(6), "a short note" if n % 9 == 0 else ""
            noted.append(
                CheckIn(
                    user=user, day=day, key=UUID(int=n), recorded_at=now, moment="general", score=score, words=words
                )
            )
    Completion.objects.bulk_create(done, batch_size=5000)
    CheckIn.objects.bulk_create(noted, batch_size=5000)
    print(f"{email}: {len(done)} completions, {len(noted)} check-ins", flush=True)
    return user

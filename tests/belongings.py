"""A person who has a row in every table, for what is said about all of them: taking along, deleting."""

from datetime import UTC, date, datetime
from uuid import UUID

from accounts.models import User
from exercises.models import Exercise
from pain.models import CheckIn
from tests.builders import a_person, an_exercise, did, on_plan
from tracking.models import Completion, Pause, Skip

AT = datetime(2026, 11, 18, 21, 30, 15, 123456, tzinfo=UTC)


def the_catalogue() -> Exercise:
    """A towel exercise, once for all people."""
    return Exercise.objects.filter(slug="towel").first() or an_exercise("towel", needs=["a towel"])


def a_person_with_everything(email: str, mark: str = "") -> User:
    """`mark` stands in every text that a person can write."""
    user = a_person(email, time_zone="Europe/Berlin", grows_from=date(2026, 11, 1), pain_asked_on=date(2026, 11, 18))
    towel = the_catalogue()
    cat = an_exercise(
        needs=["a soft rug", "a towel"],
        owner=user,
        number=1000,
        name=f"Cat {mark}",
        purpose=mark,
        place=mark,
        steps=f"Go {mark}",
        other_equipment=mark,
        avoid=mark,
        note=mark,
    )
    on_plan(user, towel, date(2026, 11, 1), date(2026, 11, 9))
    on_plan(user, towel, date(2026, 11, 9), slot_names=["on waking", f"=at night {mark}"])
    on_plan(user, cat, date(2026, 11, 2))
    Pause.objects.create(
        user=user, starts_on=date(2026, 11, 4), ends_on=date(2026, 11, 6), reason="flare-up", keeps=[towel.pk, cat.pk]
    )
    Pause.objects.create(user=user, starts_on=date(2026, 12, 1), reason="travel")
    Skip.objects.set_skipped(user, date(2026, 11, 10), cat, "sore", AT)
    CheckIn.objects.record(
        user,
        date(2026, 11, 18),
        AT,
        key=UUID("00000000-0000-4000-8000-000000000001"),
        score=4,
        moment="after",
        place="hip",
        words=f"=1+1 “ah” {mark}",
    )
    did(user, cat, date(2026, 11, 3))
    did(user, towel, date(2026, 11, 3), times=2)
    Completion.objects.set_done(user, date(2026, 11, 18), towel, 1, AT)
    return user

"""Histories made up by Hypothesis: everything that a person can have recorded, odd signs included."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from accounts.models import User
from exercises.forms import OWN_NUMBER, is_blank
from exercises.models import Equipment, Exercise
from pain.models import CheckIn
from reminders.models import Reminder, Wish
from tests.builders import a_person
from tracking.models import Completion, Pause, PlanItem, Skip

FIRST = date(2026, 1, 5)
SLUGS = ("towel", "pencil", "walk")

# All that both databases can keep.
signs = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
words = st.text(signs, max_size=40)
names = st.text(signs, min_size=1, max_size=80).filter(lambda text: not is_blank(text))
slot_names = st.lists(st.text(signs, min_size=1, max_size=40).filter(lambda name: "\n" not in name), max_size=3)
days = st.integers(0, 315).map(lambda n: FIRST + timedelta(days=n))
moments = st.integers(0, 27_000_000_000_000).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=n))


def ranges(highest: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(1, highest), st.integers(1, highest)).map(lambda pair: (min(pair), max(pair)))


@st.composite
def prescriptions(draw: st.DrawFn) -> dict[str, Any]:
    per = draw(st.sampled_from(["day", "week"]))
    found: dict[str, Any] = {"per": per}
    for name, highest in (("", 20 if per == "day" else 7), ("seconds_", 3600), ("repetitions_", 100)):
        found[f"{name}at_least"], found[f"{name}at_most"] = draw(ranges(highest))
    return found


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[date, date | None]]:
    """Some that do not overlap; the last may be open."""
    edges = sorted(draw(st.sets(days, max_size=5)))
    found: list[tuple[date, date | None]] = list(zip(edges[::2], edges[1::2], strict=False))
    return [*found, (edges[-1], None)] if len(edges) % 2 else found


own = st.fixed_dictionaries(
    {
        "name": names,
        "steps": names,
        "position": st.sampled_from(["standing", "sitting", "lying"]),
        "other_position": st.sampled_from(["", "lying"]),
        "action": st.sampled_from(["hold", "move"]),
        "sides": st.sampled_from(["together", "foot", "leg"]),
        "retired": st.booleans(),
        **dict.fromkeys(["purpose", "place", "other_equipment", "avoid", "note"], words),
        "prescription": prescriptions(),
        "things": st.sets(st.sampled_from(["towel", "ball"])),
    }
)
who = st.integers(0, 5)
histories = st.fixed_dictionaries(
    {
        "own": st.lists(own, max_size=2),
        "plan": st.lists(st.tuples(spans(), prescriptions(), slot_names), max_size=5),
        "pauses": st.tuples(spans(), st.sampled_from(["illness", "flare-up", "other"]), st.sets(who, max_size=3)),
        "skips": st.sets(st.tuples(days, who), max_size=4),
        "check_ins": st.lists(
            st.tuples(days, st.uuids(), moments, st.integers(0, 10), st.sampled_from(["", "hip"]), words), max_size=4
        ),
        "completions": st.sets(st.tuples(days, who, st.integers(1, 20)), max_size=12),
        "reminders": st.dictionaries(st.sampled_from(["", "Evening"]), st.integers(1, 127)),
        "at": moments,
        "settings": st.fixed_dictionaries(
            {
                "time_zone": st.sampled_from(["", "Asia/Tokyo"]),
                "week_start": st.sampled_from([0, 5, 6]),
                "rest_seconds": st.sampled_from([0, 60]),
                **dict.fromkeys(["asks_pain", "reminds", "reminds_by_mail"], st.booleans()),
                "quiet_from": st.sampled_from([time(0), time(21, 30)]),
                "safety_read_at": st.none() | moments,
                **dict.fromkeys(["pain_asked_on", "pain_alarm_on", "grows_from"], st.none() | days),
            }
        ),
    }
)


def lived(history: dict[str, Any]) -> User:
    """A person with this history; the exercises of `SLUGS` and their equipment have to be there."""
    user = a_person(**history["settings"])
    exercises = list(Exercise.objects.filter(slug__in=SLUGS).order_by("slug"))
    for n, one in enumerate(history["own"]):
        columns = {name: value for name, value in one.items() if name not in ("prescription", "things")}
        exercise = Exercise(owner=user, number=OWN_NUMBER, **columns, **one["prescription"])
        exercise.name_own(f"{user.pk:011x}{n}")
        exercise.save()
        exercise.equipment.set(Equipment.objects.filter(slug__in=one["things"]))
        exercises.append(exercise)

    def exercise_of(n: int) -> Exercise:
        return exercises[n % len(exercises)]

    for exercise, (found, prescription, called) in zip(exercises, history["plan"], strict=False):
        for starts_on, ends_on in found:
            PlanItem.objects.create(
                user=user,
                exercise=exercise,
                starts_on=starts_on,
                ends_on=ends_on,
                slot_names="\n".join(called),
                **prescription,
            )
    found, reason, kept = history["pauses"]
    keeps = sorted({exercise_of(n).pk for n in kept}) if reason == "flare-up" else []
    for starts_on, ends_on in found:
        Pause.objects.create(user=user, starts_on=starts_on, ends_on=ends_on, reason=reason, keeps=keeps)
    for day, n in history["skips"]:
        Skip.objects.set_skipped(user, day, exercise_of(n), "sore", history["at"])
    wishes = {name: Wish(time(20), weekdays) for name, weekdays in history["reminders"].items()}
    Reminder.objects.choose(user, wishes, history["at"])
    for day, key, at, score, place, said in history["check_ins"]:
        CheckIn.objects.record(
            user, day, at, key=UUID(int=key.int), score=score, moment="after", place=place, words=said
        )
    for day, n, nth in history["completions"]:
        Completion.objects.set_done(user, day, exercise_of(n), nth, history["at"])
    return user

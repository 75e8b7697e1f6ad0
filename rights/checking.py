"""What a record of the document has to be like before it may become a row.

SQLite passes over a row with a broken CHECK in silence when it is told to ignore conflicts, so every bound that the
tables have is checked here as well, by the same constants.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from accounts.forms import KNOWN_ZONES
from accounts.models import User
from exercises.forms import OwnExerciseForm, is_blank
from exercises.models import LAST_PLACE, Exercise
from exercises.prescription import MAX_PER, MAX_REPETITIONS, MAX_SECONDS, Frequency, Per, Range
from pain.models import CheckIn
from pain.rule import WORST
from reminders.models import NAME_LENGTH, as_number
from rights.document import OWN, SECTIONS, SINCE_2, WEEK
from rights.reading import short
from tracking.models import SLOT_NAME_LENGTH, Pause, Skip
from tracking.plan_forms import FAR, MAX_KEPT
from tracking.schedule import MAX_NTH

AHEAD = timedelta(days=2)
"""So far ahead may be what was recorded: who flies westwards lives through a date twice."""

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""The days that have a page."""

LONG_TEXT = cast(int, OwnExerciseForm.base_fields["steps"].max_length)  # type: ignore[attr-defined]
Check = Callable[[Any], Any]


class WrongError(ValueError):
    """What is wrong with a value or a record, in sentences for the person."""


# --- One value --------------------------------------------------------------------------------------------------------


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongError(_("%(value)s is neither true nor false.") % {"value": short(value)})
    return value


def whole(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            bounds = {"value": short(value), "low": low, "high": high}
            raise WrongError(_("%(value)s is no whole number from %(low)d to %(high)d.") % bounds)
        return value

    return check


def text(longest: int, blank: bool = True) -> Check:
    """As it stands, to the last blank. Neither database could keep all of what JSON can spell."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise WrongError(_("%(value)s is no text.") % {"value": short(value)})
        if len(value) > longest:
            raise WrongError(_("%(value)s is longer than %(n)d signs.") % {"value": short(value), "n": longest})
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise WrongError(_("%(value)s has a sign in it that is none.") % {"value": short(value)})
        if not blank and is_blank(value):
            raise WrongError(_("There is nothing in it."))
        return value

    return check


def one_of(values: Collection[Any]) -> Check:
    known = {(type(value), value) for value in values}

    def check(value: Any) -> Any:
        if isinstance(value, (list, dict)) or (type(value), value) not in known:
            raise WrongError(_("%(value)s is none of the choices.") % {"value": short(value)})
        return value

    return check


def choice(model: type[models.Model], name: str) -> Check:
    """One of the choices of a column."""
    field = cast("models.Field[Any, Any]", model._meta.get_field(name))
    values = [value for value, _label in cast(list[tuple[Any, Any]], field.choices)]
    return one_of([*values, ""] if field.blank else values)


_date = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_moment = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")


def day_up_to(last: date) -> Check:
    def check(value: Any) -> date:
        try:
            if not isinstance(value, str) or not _date.fullmatch(value):
                raise ValueError
            day = date.fromisoformat(value)
        except ValueError:
            raise WrongError(_("%(value)s is no date such as 2026-11-22.") % {"value": short(value)}) from None
        if not FIRST_DAY <= day <= last:
            raise WrongError(_("%(value)s lies too far back, or ahead.") % {"value": short(value)})
        return day

    return check


def moment_up_to(last: datetime) -> Check:
    first = datetime(FIRST_DAY.year, 1, 1, tzinfo=UTC)

    def check(value: Any) -> datetime:
        try:
            if not isinstance(value, str) or not _moment.fullmatch(value):
                raise ValueError
            moment = datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            sentence = _("%(value)s is no moment such as 2026-11-22T18:30:00Z.")
            raise WrongError(sentence % {"value": short(value)}) from None
        if not first <= moment <= last:
            raise WrongError(_("%(value)s lies too far back, or ahead.") % {"value": short(value)})
        return moment

    return check


_time = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def time_of_day(value: Any) -> time:
    if not isinstance(value, str) or not _time.fullmatch(value):
        raise WrongError(_("%(value)s is no time such as 20:00.") % {"value": short(value)})
    return time.fromisoformat(value)


def or_none(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


_key = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def key(value: Any) -> UUID:
    if not isinstance(value, str) or not _key.fullmatch(value):
        raise WrongError(_("%(value)s is no key of a check-in.") % {"value": short(value)})
    return UUID(value)


def own_key(value: Any) -> str:
    """What stands behind the `own:` of an exercise."""
    if not isinstance(value, str) or not re.fullmatch(rf"{OWN}[0-9a-f]{{12}}", value):
        raise WrongError(_("%(value)s is no name of an exercise of one’s own.") % {"value": short(value)})
    return value.removeprefix(OWN)


def key_in(known: Mapping[str, int]) -> Check:
    """The key of an exercise, by its name in the document."""

    def check(value: Any) -> int:
        if not isinstance(value, str) or value not in known:
            sentence = _("%(value)s is no exercise of the catalogue here, and none of your own.")
            raise WrongError(sentence % {"value": short(value)})
        return known[value]

    return check


def several(check: Check, at_most: int) -> Check:
    """A list without twins."""

    def check_all(value: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) > at_most:
            raise WrongError(_("It has to be a list of at most %(n)d.") % {"n": at_most})
        checked = [check(one) for one in value]
        if len(set(checked)) < len(checked):
            raise WrongError(_("Something is in the list twice."))
        return sorted(checked)

    return check_all


def slot_names(value: Any) -> str:
    """One name a line, as the table has it."""
    if not isinstance(value, list) or len(value) > MAX_NTH:
        raise WrongError(_("It has to be a list of at most %(n)d.") % {"n": MAX_NTH})
    names = [text(SLOT_NAME_LENGTH)(name) for name in value]
    if any("\n" in name for name in names) or names == [""]:
        raise WrongError(_("A name is one line."))
    return "\n".join(names)


def weekdays(value: Any) -> int:
    """As the table has them."""
    days = several(one_of(WEEK), len(WEEK))(value)
    if not days:
        raise WrongError(_("There has to be a day."))
    return as_number(WEEK.index(day) for day in days)


def dose_name(value: Any) -> str:
    name: str = text(NAME_LENGTH)(value)
    if len(name.splitlines()) > 1:
        raise WrongError(_("A name is one line."))
    return name


# --- One record -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spec:
    """The fields of a record, and what they have to be together."""

    fields: Mapping[str, Check]
    together: Callable[[Mapping[str, Any]], Iterator[str]] = lambda values: iter(())

    def check(self, value: Any) -> dict[str, Any]:
        """The values as the tables keep them. Raises WrongError with all that is wrong."""
        if not isinstance(value, dict):
            raise WrongError(_("%(value)s is no record with names and values.") % {"value": short(value)})
        wrong = [_("%(name)s is missing.") % {"name": name} for name in self.fields if name not in value]
        wrong += [
            _("%(name)s does not belong here.") % {"name": short(name)} for name in value if name not in self.fields
        ][:3]
        values = {}
        for name, check in self.fields.items():
            if name in value:
                try:
                    values[name] = check(value[name])
                except WrongError as error:
                    wrong.append(f"{name}: {error}")
        if not wrong:
            wrong.extend(self.together(values))
        if wrong:
            raise WrongError(" ".join(wrong))
        return values


def _prescription(values: Mapping[str, Any]) -> Iterator[str]:
    try:
        Frequency(Per(values["per"]), values["at_least"], values["at_most"])
        for name in ("seconds", "repetitions"):
            Range(values[f"{name}_at_least"], values[f"{name}_at_most"])
    except ValueError:
        yield _(
            "The upper end of how often, how many or how long is below the lower one, or a week has more than 7 days."
        )


def _span(values: Mapping[str, Any]) -> Iterator[str]:
    if values["ends_on"] is not None and values["ends_on"] <= values["starts_on"]:
        yield _("ends_on has to come after starts_on: it is the first day that is no longer in it.")


def _plan(values: Mapping[str, Any]) -> Iterator[str]:
    yield from _prescription(values)
    yield from _span(values)


def _pause(values: Mapping[str, Any]) -> Iterator[str]:
    yield from _span(values)
    if values["keeps"] and values["reason"] != Pause.Reason.FLARE_UP:
        yield _("keeps: only a flare-up keeps exercises.")


PRESCRIPTION: dict[str, Check] = {
    "per": one_of([str(per) for per in Per]),
    **dict.fromkeys(("at_least", "at_most"), whole(1, MAX_PER[Per.DAY])),
    **dict.fromkeys(("seconds_at_least", "seconds_at_most"), whole(1, MAX_SECONDS)),
    **dict.fromkeys(("repetitions_at_least", "repetitions_at_most"), whole(1, MAX_REPETITIONS)),
    "number": whole(0, LAST_PLACE),
}


def of(model: type[models.Model], name: str, blank: bool = True) -> Check:
    """The text of a column; a column without a bound of its own holds what the form for it takes."""
    return text(cast("models.Field[Any, Any]", model._meta.get_field(name)).max_length or LONG_TEXT, blank)


def own_exercise(equipment: Collection[str]) -> Spec:
    return Spec(
        {
            "id": own_key,
            "name": of(Exercise, "name", blank=False),
            "steps": of(Exercise, "steps", blank=False),
            **{
                name: of(Exercise, name)
                for name in ("purpose", "place", "other_equipment", "avoid", "note", "claim", "known", "unknown")
            },
            **{name: choice(Exercise, name) for name in ("position", "other_position", "action", "sides")},
            "equipment": several(one_of(equipment), len(equipment)),
            **PRESCRIPTION,
            **dict.fromkeys(("frequency_stated", "sides_stated", "retired"), flag),
        },
        _prescription,
    )


def settings(today: date, now: datetime, version: int) -> Spec:
    return Spec(
        {
            **({} if version < 2 else REMINDING),
            "time_zone": one_of(["", *KNOWN_ZONES]),
            **{
                name: choice(User, name) for name in ("week_start", "color_scheme", "get_ready_seconds", "rest_seconds")
            },
            "asks_pain": flag,
            "safety_read_at": or_none(moment_up_to(now + AHEAD)),
            **dict.fromkeys(("pain_asked_on", "pain_alarm_on", "grows_from"), or_none(day_up_to(today + AHEAD))),
        }
    )


REMINDING: dict[str, Check] = {name: time_of_day if name.startswith("quiet_") else flag for name in SINCE_2}

WHICH_COUNTS: dict[str, Callable[..., Any]] = {
    "safety_read_at": min,
    **dict.fromkeys(("pain_asked_on", "pain_alarm_on", "grows_from"), max),
}
"""Of two days that something happened on. Nothing said is no day, and takes none back."""


def joined(values: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a file, but for what the account knows better."""
    days = {
        name: which((one[name] for one in (values, present) if one[name] is not None), default=None)
        for name, which in WHICH_COUNTS.items()
    }
    return {**values, **days}


def recorded(today: date, now: datetime, exercises: Mapping[str, int]) -> dict[str, Spec]:
    """The records of each section that refers to exercises or days, by its name."""
    day, moment, exercise = day_up_to(today + AHEAD), moment_up_to(now + AHEAD), key_in(exercises)
    end = or_none(day_up_to(LAST_DAY))
    return {
        "plan": Spec(
            {"exercise": exercise, "starts_on": day, "ends_on": end, **PRESCRIPTION, "slot_names": slot_names}, _plan
        ),
        "pauses": Spec(
            {
                "starts_on": day_up_to(today + FAR),
                "ends_on": end,
                "reason": choice(Pause, "reason"),
                "keeps": several(exercise, MAX_KEPT),
            },
            _pause,
        ),
        "skips": Spec({"day": day, "exercise": exercise, "reason": choice(Skip, "reason"), "recorded_at": moment}),
        "reminders": Spec({"name": dose_name, "at": time_of_day, "weekdays": weekdays}),
        "check_ins": Spec(
            {
                "day": day,
                "key": key,
                "recorded_at": moment,
                "moment": choice(CheckIn, "moment"),
                "score": whole(0, WORST),
                "place": choice(CheckIn, "place"),
                "words": of(CheckIn, "words"),
            }
        ),
        "completions": Spec({"day": day, "exercise": exercise, "nth": whole(1, MAX_NTH), "recorded_at": moment}),
    }


LISTS = frozenset(section.name for section in SECTIONS if section.key)
OTHERS = frozenset({"format", "version", *(section.name for section in SECTIONS if not section.key)})

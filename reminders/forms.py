from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reminders.models import MOST_LATER, NAME_LENGTH, Reminder, Wish, as_number, days_of
from reminders.times import Quiet
from reminders.wishes import Choice
from tracking.dates import short_weekday, weekday

A_MONDAY = date(2024, 1, 1)
NEVER_QUIET = time(0)
"""From and until which it is, where it never is."""


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class TimeOfDay(forms.TimeField):
    """A time in whole minutes, as browsers send it."""

    widget = TimeInput
    input_formats = ("%H:%M",)

    def __init__(self, **options: Any) -> None:
        complaint = _("Please give a time, such as 08:00.")
        super().__init__(error_messages={"required": complaint, "invalid": complaint}, **options)


class TimeForm(forms.Form):
    """When to remind of the doses with one name."""

    on = forms.BooleanField(required=False)
    at = TimeOfDay(required=False)
    weekdays = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        choices=[(day, day) for day in range(7)],
        error_messages={"invalid_choice": _("Choose days of the week.")},
    )

    def __init__(self, data: Any, choice: Choice, week_start: int) -> None:
        initial = {"on": choice.is_on, "at": choice.at, "weekdays": days_of(choice.weekdays)}
        super().__init__(data, prefix=choice.key, initial=initial)
        self.choice, self.week_start = choice, week_start

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("on") and "at" in values and values["at"] is None:
            self.add_error("at", _("Please give a time, such as 08:00."))
        if values.get("on") and values.get("weekdays") == []:
            self.add_error("weekdays", _("Choose at least one day."))
        return values

    @property
    def wish(self) -> Wish | None:
        """None where it is switched off. Where something is wrong with it, what the page had offered."""
        if self.is_valid():
            values = self.cleaned_data
            return Wish(values["at"], as_number(values["weekdays"])) if values["on"] else None
        return Wish(self.choice.at, self.choice.weekdays) if self.choice.is_on else None

    @property
    def days(self) -> list[tuple[int, str, str, bool]]:
        """The days of the person's week: number, short name, name, and whether it is chosen."""
        chosen = {str(day) for day in self["weekdays"].value() or ()}
        days = [A_MONDAY + timedelta((self.week_start + n) % 7) for n in range(7)]
        return [(day.weekday(), short_weekday(day), weekday(day), str(day.weekday()) in chosen) for day in days]

    @property
    def days_in_words(self) -> str:
        names = [short for _number, short, _name, is_chosen in self.days if is_chosen]
        return str(_("Every day")) if len(names) == 7 else ", ".join(names)


class WishesForm(forms.ModelForm):
    """Whether, when and how a person wants to be reminded: one form, with a small one in it for each name of a dose."""

    quiet_from = TimeOfDay(label=_("From"), required=False)
    quiet_until = TimeOfDay(label=_("Until"), required=False)

    class Meta:
        model = User
        fields = ["reminds", "reminds_by_push", "reminds_by_mail", "reminds_by_name", "quiet_from", "quiet_until"]
        labels = {
            "reminds": _("Remind me"),
            "reminds_by_push": _("Notifications on my devices"),
            "reminds_by_mail": _("Email"),
            "reminds_by_name": _("Name the exercises"),
        }
        help_texts = {
            "reminds_by_name": _(
                "A notification can be read on a locked screen, by others too. As long as this is off, it only says "
                "that something is left."
            ),
        }

    def __init__(self, data: Any, *, instance: User, choices: Sequence[Choice], on: bool = False) -> None:
        """`on` is for somebody who has just said that they want to be reminded: the page begins with it."""
        is_quiet = instance.quiet_from != instance.quiet_until
        super().__init__(
            data,
            instance=instance,
            initial={"reminds": instance.reminds or on}
            | ({} if is_quiet else {"quiet_from": None, "quiet_until": None}),
        )
        self.times = [TimeForm(data, choice, instance.week_start) for choice in choices]
        if settings.HAS_MAIL_SERVER:
            self.fields["reminds_by_mail"].widget.attrs["aria-describedby"] = "mail-to"
        else:
            del self.fields["reminds_by_mail"]

    def is_valid(self) -> bool:
        """While reminders are off, no time is looked at: nobody is kept from switching them off."""
        return super().is_valid() and (not self.cleaned_data["reminds"] or all(one.is_valid() for one in self.times))

    @property
    def wishes(self) -> Mapping[str, Wish]:
        return {one.choice.name: one.wish for one in self.times if one.wish}

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        given = [values.get("quiet_from"), values.get("quiet_until")]
        if given == [None, None] and not self.errors:
            values["quiet_from"] = values["quiet_until"] = NEVER_QUIET
        if values["reminds"]:
            self._check(values)
        else:
            self._keep_what_was(values)
        return values

    def _check(self, values: dict[str, Any]) -> None:
        for name, other in (("quiet_from", "quiet_until"), ("quiet_until", "quiet_from")):
            if name in values and values[name] is None and values.get(other) is not None:
                self.add_error(name, _("Give both times, or leave both empty."))
        if not self.errors:
            self._check_quiet(Quiet(values["quiet_from"], values["quiet_until"]))
        if not self.wishes and all(one.is_valid() for one in self.times):
            self.add_error("reminds", _("Choose at least one time below, or leave reminders off."))

    def _keep_what_was(self, values: dict[str, Any]) -> None:
        for name in ("quiet_from", "quiet_until"):
            self.errors.pop(name, None)
            if values.get(name) is None:
                values[name] = getattr(self.instance, name)

    def _check_quiet(self, quiet: Quiet) -> None:
        for one in self.times:
            if one.is_valid() and one.wish and quiet.holds(one.wish.at):
                one.add_error("at", _("This falls into your quiet hours, when nothing is sent."))

    def save_at(self, now: datetime) -> None:
        user = cast(User, self.instance)
        user.asked_about_reminders = True
        with transaction.atomic():
            user.save(update_fields=[*self.fields, "asked_about_reminders"])
            Reminder.objects.choose(user, self.wishes, now)


class OnForm(forms.Form):
    """Whether the page is to begin with reminders switched on. Nothing is saved by that."""

    on = forms.BooleanField(required=False)


class AskedForm(forms.Form):
    """An answer to the question whether one wants to be reminded."""

    answer = forms.ChoiceField(choices=[("yes", _("yes")), ("no", _("not now"))])


class ActionForm(forms.Form):
    """Which reminder an answer is about."""

    day = forms.DateField(input_formats=["%Y-%m-%d"])
    name = forms.CharField(required=False, max_length=NAME_LENGTH, strip=False)
    nth = forms.IntegerField(min_value=0, max_value=MOST_LATER)

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
        """None where it is switched off, or something is wrong with it."""
        values = self.cleaned_data
        whole = values.get("on") and values.get("at") and values.get("weekdays")
        return Wish(values["at"], as_number(values["weekdays"])) if whole else None

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

    quiet_from = TimeOfDay(label=_("From"))
    quiet_until = TimeOfDay(label=_("Until"))

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

    def __init__(self, data: Any, *, instance: User, choices: Sequence[Choice]) -> None:
        super().__init__(data, instance=instance)
        self.times = [TimeForm(data, choice, instance.week_start) for choice in choices]
        if not settings.HAS_MAIL_SERVER:
            del self.fields["reminds_by_mail"]

    @property
    def has_trouble(self) -> bool:
        return bool(self.errors) or any(one.errors for one in self.times)

    def is_valid(self) -> bool:
        return super().is_valid() and not self.has_trouble

    @property
    def wishes(self) -> Mapping[str, Wish]:
        return {one.choice.name: one.wish for one in self.times if one.is_valid() and one.wish}

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if {"quiet_from", "quiet_until"} <= values.keys():
            self._check_quiet(Quiet(values["quiet_from"], values["quiet_until"]))
        if values.get("reminds") and not self.wishes and not any(one.errors for one in self.times):
            self.add_error("reminds", _("Choose at least one time below, or leave reminders off."))
        if values.get("reminds") and not (values.get("reminds_by_push") or values.get("reminds_by_mail")):
            self.add_error("reminds_by_push", _("Choose a way to reach you, or leave reminders off."))
        return values

    def _check_quiet(self, quiet: Quiet) -> None:
        for one in self.times:
            at = cast(time | None, one.is_valid() and one.wish and one.wish.at)
            if at and quiet.holds(at):
                one.add_error("at", _("This falls into your quiet hours, when nothing is sent."))

    def save_at(self, now: datetime) -> None:
        user = cast(User, self.instance)
        user.asked_about_reminders = True
        with transaction.atomic():
            user.save(update_fields=[*self.fields, "asked_about_reminders"])
            Reminder.objects.choose(user, self.wishes, now)


class AskedForm(forms.Form):
    """An answer to the question whether one wants to be reminded."""

    answer = forms.ChoiceField(choices=[("yes", _("yes")), ("no", _("not now"))])


class ActionForm(forms.Form):
    """Which reminder an answer is about."""

    day = forms.DateField(input_formats=["%Y-%m-%d"])
    name = forms.CharField(required=False, max_length=NAME_LENGTH, strip=False)
    nth = forms.IntegerField(min_value=0, max_value=MOST_LATER)

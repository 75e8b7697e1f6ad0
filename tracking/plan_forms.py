"""What a person may say about their plan. Bounds are checked here, to be kind about them, and in the database."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from exercises.models import Exercise
from exercises.prescription import MAX_PER, MAX_REPETITIONS, MAX_SECONDS, Action, Dose, Per, Range, Sides
from tracking.models import SLOT_NAME_LENGTH, Pause, PlanItem, Skip
from tracking.schedule import ONE_DAY

LONGEST_DOSE = 3600
"""Seconds of one go at an exercise."""

MAX_KEPT = 3
"""So many exercises may go on in a flare-up."""

FAR = timedelta(days=730)
"""A pause is planned so far ahead, and lasts so long, at the most."""

LONG_AGO = timedelta(days=3653)
"""A plan can be said to have begun so long ago, at the most."""


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(format="%Y-%m-%d", attrs=attrs)


def first_complaint(form: forms.BaseForm) -> str:
    return next(str(error) for errors in form.errors.values() for error in errors)


class WayForm(forms.Form):
    """How to start; with the full routine where nothing is said."""

    way = forms.ChoiceField(required=False, choices=[("gentle", _("gently")), ("full", _("with the full routine"))])


class SkipForm(forms.Form):
    """Why an exercise is left out on a day; nothing to take that back."""

    exercise = forms.SlugField(error_messages={"required": _("Say which exercise to skip.")})
    reason = forms.ChoiceField(
        required=False,
        choices=Skip.Reason.choices,
        error_messages={"invalid_choice": _("There is no such reason. Go back and choose one of those shown.")},
    )

    @property
    def complaint(self) -> str:
        """The first thing that is wrong, as a sentence."""
        return first_complaint(self)


class MoveForm(forms.Form):
    """One exercise of the plan, to be moved one place up or down."""

    up = forms.SlugField(required=False)
    down = forms.SlugField(required=False)

    def clean(self) -> dict[str, Any]:
        if bool(self.cleaned_data.get("up")) == bool(self.cleaned_data.get("down")):
            raise forms.ValidationError(_("Say which exercise to move, up or down."))
        return self.cleaned_data

    @property
    def exercise(self) -> str:
        return str(self.cleaned_data["up"] or self.cleaned_data["down"])

    @property
    def step(self) -> int:
        return -1 if self.cleaned_data["up"] else 1


class GrowForm(forms.Form):
    """An answer to the offer of one more exercise."""

    answer = forms.ChoiceField(
        choices=[("add", _("add it")), ("later", _("ask me later")), ("never", _("what I have is enough"))]
    )
    exercise = forms.SlugField(required=False)


class Number(forms.IntegerField):
    """A whole number from 1 up to a bound, with complaints that say so plainly."""

    def __init__(self, label: Any, up_to: int) -> None:
        bounds = _("A whole number from 1 to %(n)d.") % {"n": up_to}
        complaints = dict.fromkeys(("required", "invalid", "min_value", "max_value"), bounds)
        super().__init__(label=label, min_value=1, max_value=up_to, error_messages=complaints)


class PrescriptionForm(forms.Form):
    """A dose and a frequency, each a range, and what the person calls the doses of a day."""

    per = forms.ChoiceField(
        label=_("Counted per"),
        choices=[(Per.DAY.value, _("day")), (Per.WEEK.value, _("week"))],
        widget=forms.RadioSelect,
        help_text=_("By the week, different days are counted: twice on one day is one day."),
    )
    at_least = Number(_("At least"), MAX_PER[Per.DAY])
    at_most = Number(_("At most"), MAX_PER[Per.DAY])
    repetitions_at_least = Number(_("At least"), MAX_REPETITIONS)
    repetitions_at_most = Number(_("At most"), MAX_REPETITIONS)
    seconds_at_least = Number(_("At least"), MAX_SECONDS)
    seconds_at_most = Number(_("At most"), MAX_SECONDS)
    slot_names = forms.CharField(
        label=_("What you call the doses of a day"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One name a line, such as “after waking”, “lunch”, “evening”. Leave it empty for the usual ones."),
    )

    RANGES = (
        ("at_least", "at_most"),
        *((f"{name}_at_least", f"{name}_at_most") for name in ("repetitions", "seconds")),
    )

    def __init__(self, *args: Any, exercise: Exercise | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exercise = exercise

    @property
    def is_about_the_dose(self) -> bool:
        """Whether something is wrong with what is folded away as a rule."""
        return any(name not in ("per", "at_least", "at_most") for name in self.errors)

    @classmethod
    def filled_in(cls, values: Exercise | PlanItem, exercise: Exercise) -> "PrescriptionForm":
        """The form for what is in force, or for what is usual."""
        return cls(initial={name: getattr(values, name, "") for name in cls.base_fields}, exercise=exercise)

    def clean_slot_names(self) -> str:
        """One name a line; a line without a name stands for the usual one."""
        names = [" ".join(line.split()) for line in self.cleaned_data["slot_names"].splitlines()]
        while names and not names[-1]:
            names.pop()
        if any(len(name) > SLOT_NAME_LENGTH for name in names):
            raise forms.ValidationError(
                _("A name has at most %(n)d letters.") % {"n": SLOT_NAME_LENGTH}, code="too_long"
            )
        return "\n".join(names)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        for low, high in self.RANGES:
            if low in values and high in values and values[low] > values[high]:
                self.add_error(high, _("The upper end cannot be below the lower one, which is %d.") % values[low])
        if values.get("per") == Per.WEEK and values.get("at_most", 0) > MAX_PER[Per.WEEK]:
            self.add_error("at_most", _("A week has seven days."))
        if not self.errors:
            self._check_length()
            self._check_names()
        return values

    def _check_length(self) -> None:
        values = self.cleaned_data
        dose = Dose(
            Action.HOLD,
            Range(values["seconds_at_least"], values["seconds_at_most"]),
            Range(values["repetitions_at_least"], values["repetitions_at_most"]),
            # An exercise that is about to be made may not have said which sides yet.
            Sides((self.exercise and self.exercise.sides) or Sides.TOGETHER),
        )
        if dose.seconds_needed.at_most > LONGEST_DOSE:
            self.add_error(
                "seconds_at_most",
                _("That is more than an hour in one go. Choose fewer seconds, or fewer repetitions."),
            )

    def _check_names(self) -> None:
        names = self.cleaned_data["slot_names"].split("\n")
        slots = self.cleaned_data["at_most"] if self.cleaned_data["per"] == Per.DAY else 1
        if len(names) > slots:
            sentence = ngettext(
                "There is one dose a day, so there can be one name.",
                "There are %(n)d doses a day, so there can be %(n)d names.",
                slots,
            )
            self.add_error("slot_names", sentence % {"n": slots})


class PauseForm(forms.Form):
    """A pause that begins today or later. What is gone by stays as it was."""

    reason = forms.ChoiceField(label=_("Why"), choices=Pause.Reason.choices, widget=forms.RadioSelect)
    first = forms.DateField(
        label=_("First day"), widget=DateInput(), help_text=_("What you do on a paused day shows, but is not counted.")
    )
    last = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DateInput(),
        help_text=_("Leave it empty if you do not know yet. The pause then goes on until you end it."),
    )
    keeps = forms.TypedMultipleChoiceField(
        label=_("In a flare-up, keep up to three exercises at their minimum"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, today: date, exercises: Sequence[Exercise], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        cast(forms.TypedMultipleChoiceField, self.fields["keeps"]).choices = [(one.pk, one.name) for one in exercises]

    def clean_first(self) -> date:
        first: date = self.cleaned_data["first"]
        if first < self.today:
            raise forms.ValidationError(_("A pause begins today or later. The days before stay as they were."))
        if first > self.today + FAR:
            raise forms.ValidationError(_("That is more than two years ahead."))
        return first

    def clean_keeps(self) -> list[int]:
        keeps = sorted(set(self.cleaned_data["keeps"]))
        if len(keeps) > MAX_KEPT:
            raise forms.ValidationError(_("Three at the most. In a flare-up, less is more."))
        return keeps

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        first, last = values.get("first"), values.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day cannot come before the first."))
        if first and last and last > first + FAR:
            self.add_error("last", _("That is more than two years. Leave it empty for a pause without an end."))
        if values.get("reason") != Pause.Reason.FLARE_UP:
            values["keeps"] = []  # said of a flare-up alone
        return values

    @property
    def has_dropped_keeps(self) -> bool:
        """Whether exercises were ticked although it is no flare-up. Needs `is_valid()` first."""
        return "keeps" in self.data and not self.cleaned_data["keeps"]

    @property
    def ends_on(self) -> date | None:
        """The first day after it. Needs `is_valid()` first."""
        last: date | None = self.cleaned_data["last"]
        return last and last + ONE_DAY


class SinceForm(forms.Form):
    """Since when a person has been doing exercises of their plan."""

    since = forms.DateField(label=_("Since"), widget=DateInput())
    exercises = forms.TypedMultipleChoiceField(
        label=_("Which"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one exercise.")},
    )

    def __init__(self, *args: Any, today: date, exercises: Sequence[Exercise], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        cast(forms.TypedMultipleChoiceField, self.fields["exercises"]).choices = [
            (one.pk, one.name) for one in exercises
        ]

    @property
    def shown(self) -> str:
        """What the effect was shown for: only that can be confirmed. Needs `is_valid()` first."""
        exercises = ",".join(str(exercise) for exercise in sorted(self.cleaned_data["exercises"]))
        return f"{self.cleaned_data['since']}/{exercises}"

    @property
    def is_confirmed(self) -> bool:
        return self.data.get("confirm") == self.shown

    def clean_since(self) -> date:
        since: date = self.cleaned_data["since"]
        if since > self.today:
            raise forms.ValidationError(_("That day is still ahead."))
        if since < self.today - LONG_AGO:
            raise forms.ValidationError(_("Ten years back is as far as it goes."))
        return since

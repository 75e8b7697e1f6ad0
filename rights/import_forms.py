from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from exercises.models import Exercise
from rights.document import names_for
from rights.loop import Habit
from rights.uploads import MAX_BYTES, PackedFile
from tracking.models import PlanItem

NO_FILE = _("Choose a file first.")


class ImportForm(forms.Form):
    """A file to bring in."""

    file = forms.FileField(
        label=_("The file"),
        error_messages={
            **dict.fromkeys(("required", "invalid", "missing"), NO_FILE),
            "empty": _("There is nothing in this file."),
        },
        widget=forms.FileInput(attrs={"accept": ".json,.zip,.csv"}),
        help_text=_("From here it ends in .json, from Loop Habit Tracker in .zip or .csv. It may have up to 16 MB."),
    )

    def clean_file(self) -> PackedFile:
        file: PackedFile = self.cleaned_data["file"]
        if file.is_too_large:
            sentence = gettext("This file is too large. There is room for %(n)d MB.") % {"n": MAX_BYTES // 1024**2}
            raise forms.ValidationError(sentence, code="too_large")
        return file

    @property
    def status(self) -> int:
        return 413 if self.has_error("file", "too_large") else 400


class ConfirmForm(forms.Form):
    """The file that was shown, by its checksum, and whether its settings are wanted."""

    checksum = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    with_settings = forms.BooleanField(required=False)


def exercise_choices(user: User, today: date) -> list[Any]:
    """What a habit may be: of the plan first, then all else that may be taken up. By the names of the document."""
    names = names_for(user)
    planned = [row.exercise for row in PlanItem.objects.for_user(user).in_force_on(today).in_order()]
    others = Exercise.objects.may_be_taken_up_by(user).besides(one.pk for one in planned)
    groups = [(gettext("On your plan"), planned), (gettext("Others"), others)]
    choices = [(label, [(names.exercises[one.pk], one.name) for one in some]) for label, some in groups]
    return [("", gettext("Leave it out")), *(group for group in choices if group[1])]


def _days(habit: Habit) -> str:
    done = ngettext("Done on %(n)d day.", "Done on %(n)d days.", habit.done) % {"n": habit.done}
    skipped = ngettext("Skipped on %(n)d day.", "Skipped on %(n)d days.", habit.skipped) % {"n": habit.skipped}
    return f"{done} {skipped}" if habit.skipped else done


class HabitsForm(forms.Form):
    """Which exercise each habit is."""

    def __init__(self, *args: Any, habits: Sequence[Habit], choices: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = {name.casefold(): key for _label, group in choices[1:] for key, name in group}
        for n, habit in enumerate(habits):
            self.fields[f"habit_{n}"] = forms.ChoiceField(
                label=habit.name,
                required=False,
                choices=choices,
                initial=named.get(habit.name.casefold(), ""),
                help_text=_days(habit),
                error_messages={"invalid_choice": gettext("Choose one of the exercises in the list.")},
            )

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, str] = {}
        for name, exercise in list(self.cleaned_data.items()):
            if exercise and exercise in chosen.values():
                self.add_error(name, gettext("Another habit is this exercise already. Choose one of the two."))
            chosen[name] = exercise
        if not any(chosen.values()) and not self.errors:
            raise forms.ValidationError(gettext("Choose an exercise for at least one habit."))
        return self.cleaned_data

    @property
    def exercises(self) -> dict[int, str]:
        """The exercise of each habit that has one, by the habit's place. Needs `is_valid()` first."""
        return {n: self.cleaned_data[name] for n, name in enumerate(self.fields) if self.cleaned_data[name]}

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """What to send once more, from the page that asks whether to go on. Needs `is_valid()` first."""
        return [(name, exercise) for name, exercise in self.cleaned_data.items() if exercise]

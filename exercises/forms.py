from collections.abc import Mapping
from secrets import token_hex
from typing import Any, cast
from unicodedata import category

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from exercises.models import MAX_OWN, OWN_SLUG, PRESCRIPTION_FIELDS, Equipment, Exercise, ExerciseQuerySet, Position
from exercises.prescription import Per

OWN_NUMBER = 1000
"""Where the exercises that people make for themselves stand in the routine: after all others."""

NOTHING = "nothing"
"""The choice of equipment that stands for none at all."""


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen: blanks, and signs that only steer how others are shown."""
    return all(category(sign) in ("Cc", "Cf", "Zl", "Zp", "Zs") for sign in text)


class CatalogueFilter(forms.Form):
    """What to show of the catalogue. Every field may be left open."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    position = forms.ChoiceField(label=_("Position"), required=False, choices=[("", _("any")), *Position.choices])
    equipment = forms.ChoiceField(label=_("You have"), required=False)
    per = forms.ChoiceField(
        label=_("How often"),
        required=False,
        choices=[("", _("any")), (Per.DAY.value, _("every day")), (Per.WEEK.value, _("some days a week"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["equipment"]).choices = [
            ("", _("anything")),
            (NOTHING, _("nothing")),
            *Equipment.objects.values_list("slug", "name"),
        ]

    def apply(self, exercises: ExerciseQuerySet) -> ExerciseQuerySet:
        """The exercises that match. Needs `is_valid()` first."""
        wanted = self.cleaned_data
        if wanted["q"]:
            exercises = exercises.mentioning(wanted["q"])
        if wanted["position"]:
            exercises = exercises.done_while(wanted["position"])
        if wanted["equipment"] == NOTHING:
            exercises = exercises.needing_nothing()
        elif wanted["equipment"]:
            exercises = exercises.needing(wanted["equipment"])
        if wanted["per"]:
            exercises = exercises.per(wanted["per"])
        return exercises

    @property
    def narrows(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


class OwnExerciseForm(forms.ModelForm):
    """An exercise that a person makes for themselves.

    `key` is made with the form and becomes part of the exercise's address, so that a double tap makes one exercise.
    """

    key = forms.RegexField(r"^[0-9a-f]{12}$", widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)
    # By their slugs: a number could be one that a database cannot even compare with.
    equipment = forms.ModelMultipleChoiceField(
        Equipment.objects.all(),
        to_field_name="slug",
        required=False,
        label=_("What it needs"),
        widget=forms.CheckboxSelectMultiple,
    )
    steps = forms.CharField(
        label=_("How it is done"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One step a line."),
    )

    class Meta:
        model = Exercise
        fields = ["name", "position", "steps", "action", "sides", "equipment", "other_equipment"]
        widgets = {
            "position": forms.RadioSelect,
            "action": forms.RadioSelect,
            "sides": forms.RadioSelect,
        }
        labels = {
            "name": _("What you call it"),
            "position": _("Position"),
            "action": _("A repetition is"),
            "sides": _("Sides"),
            "other_equipment": _("Anything else it needs"),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["key"].initial = token_hex(6)
        if self.instance.pk:
            # What a dose is made of stays: the days gone by had it so.
            del self.fields["action"], self.fields["sides"]
        for name in self.fields.keys() & {"position", "action", "sides"}:
            field = cast(forms.TypedChoiceField, self.fields[name])
            field.choices = [choice for choice in cast(list[Any], field.choices) if choice[0]]

    def clean_name(self) -> str:
        return self._seen("name")

    def clean_steps(self) -> str:
        return self._seen("steps")

    def _seen(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        if is_blank(text):
            raise forms.ValidationError(self.fields[name].error_messages["required"], code="required")
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        own = Exercise.objects.own(self.user)
        # The second of two taps finds the exercise that the first has made.
        is_new = not self.instance.pk and not own.with_slug(f"{OWN_SLUG}{cleaned.get('key')}").exists()
        if is_new and own.count() >= MAX_OWN:
            sentence = _("You have %(n)d exercises of your own, and there is room for no more. You can change one.")
            raise forms.ValidationError(sentence, params={"n": MAX_OWN})
        return cleaned

    def make(self, prescription: Mapping[str, Any]) -> Exercise:
        """The new exercise of this person, at its usual prescription; the same one again for a double tap.

        Needs `is_valid()` first. A key that is somebody else's, which chance will not bring, is exchanged for another.
        """
        exercise: Exercise = self.instance
        exercise.owner, exercise.number = self.user, OWN_NUMBER
        exercise.name_own(self.cleaned_data["key"] or token_hex(6))
        for name in PRESCRIPTION_FIELDS:
            setattr(exercise, name, prescription[name])
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            made = Exercise.objects.own(self.user).with_slug(exercise.slug).first()
            if made and (made.name, made.steps) == (exercise.name, exercise.steps):
                return made
            exercise.name_own(token_hex(6))
            self.save()
        return exercise

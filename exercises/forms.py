from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from exercises.models import Equipment, ExerciseQuerySet, Position
from exercises.prescription import Per

NOTHING = "nothing"
"""The choice of equipment that stands for none at all."""


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

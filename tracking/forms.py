from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from exercises.models import Position
from tracking.guide import ONCE
from tracking.schedule import MAX_NTH


class TickForm(forms.Form):
    """The state to set one slot to."""

    nth = forms.IntegerField(
        min_value=1,
        max_value=MAX_NTH,
        error_messages={
            "min_value": _("There is no such slot. They are counted from 1 to 20."),
            "max_value": _("There is no such slot. They are counted from 1 to 20."),
        },
    )
    done = forms.ChoiceField(
        choices=[("yes", _("done")), ("no", _("not done"))],
        error_messages={
            "required": _("Say whether it is done, yes or no."),
            "invalid_choice": _("Say whether it is done, yes or no."),
        },
    )

    # Where the person came from and goes back to, if not to the plan of the day.
    back = forms.ChoiceField(required=False, choices=[("session", _("guided session"))])

    @property
    def is_done(self) -> bool:
        return bool(self.cleaned_data["done"] == "yes")

    @property
    def complaint(self) -> str:
        """The first thing that is wrong, as a sentence."""
        return next(str(error) for errors in self.errors.values() for error in errors)


class PartForm(forms.Form):
    """Which part of today's session somebody has in mind; all of it where nothing is said."""

    part = forms.ChoiceField(required=False, choices=[(ONCE, _("each exercise once")), *Position.choices])
    minutes = forms.IntegerField(required=False, min_value=1, max_value=60)

    @property
    def query(self) -> str:
        """The part as the query of an address; of all where it makes no sense."""
        chosen = {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}
        return f"?{urlencode(chosen)}" if chosen else ""

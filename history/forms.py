from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from history.sheet import SPANS, USUAL_SPAN


class YearForm(forms.Form):
    """The year of a history; left out for the running one."""

    year = forms.IntegerField(required=False, min_value=2000, max_value=2199)


SPAN_CHOICES = [(str(n), str(n)) for n in SPANS]


class SheetForm(forms.Form):
    """What goes on the sheet. A box that is not ticked is not sent, so a part that is not named is left out."""

    weeks = forms.TypedChoiceField(
        label=_("Weeks"),
        choices=SPAN_CHOICES,
        coerce=int,
        required=False,
        initial=USUAL_SPAN,
        error_messages={"invalid_choice": _("Choose 4, 8 or 12 weeks.")},
    )
    pain = forms.BooleanField(label=_("Pain"), required=False)
    notes = forms.BooleanField(label=_("Notes"), required=False)

    @classmethod
    def of(cls, sent: QueryDict) -> "SheetForm":
        """A first visit, which names nothing, gets all parts."""
        return cls(sent if cls.base_fields.keys() & sent.keys() else {"pain": "on", "notes": "on"})

    def clean_weeks(self) -> int:
        return cast(int, self.cleaned_data["weeks"] or USUAL_SPAN)

    @property
    def chosen_weeks(self) -> str:
        """As it was sent; the usual span where nothing was."""
        return str(self["weeks"].value() or USUAL_SPAN)

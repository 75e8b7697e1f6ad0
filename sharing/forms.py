from typing import cast
from uuid import UUID, uuid4

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from history.forms import SheetForm
from sharing.models import MOST

NO_KEY = _("Something of this page got lost on the way. Please make the link once more.")
TOO_MANY = _("You have %(n)d open links, which is as many as there may be. End one that you do not need any more.")
USUAL_DAYS = 30
DAYS = [(str(n), format_lazy(_("{n} days"), n=n)) for n in (7, USUAL_DAYS, 90)]


class ShareForm(SheetForm):
    """A new link: what it shows, and for how long."""

    key = forms.UUIDField(error_messages={"required": NO_KEY, "invalid": NO_KEY})
    days = forms.TypedChoiceField(
        label=_("Open for"),
        choices=DAYS,
        coerce=int,
        required=False,
        initial=USUAL_DAYS,
        error_messages={"invalid_choice": _("Choose 7, 30 or 90 days.")},
    )

    def clean_days(self) -> int:
        return cast(int, self.cleaned_data["days"] or USUAL_DAYS)

    @property
    def chosen_days(self) -> str:
        """As they were sent; the usual ones where nothing was."""
        return str(self["days"].value() or USUAL_DAYS)

    @property
    def key_to_send(self) -> UUID:
        """The key that came along, so that a corrected form is still the same link; otherwise a fresh one."""
        came_along = self.is_bound and "key" not in self.errors
        return cast(UUID, self.cleaned_data["key"]) if came_along else uuid4()

    def complain_of_too_many(self) -> None:
        self.add_error(None, TOO_MANY % {"n": MOST})

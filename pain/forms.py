from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from pain.models import WORDS_LENGTH, CheckIn
from pain.rule import WORST

NO_KEY = _("Something of this page got lost on the way. Please save once more.")
NO_SCORE = _("Choose a number from 0 to 10.")
NO_MOMENT = _("Choose when this was.")
NO_PLACE = _("Choose a place from the list, or leave it open.")


class Words(forms.CharField):
    """A browser counts a new line as one sign and sends two; what it lets through should fit here as well."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class CheckInForm(forms.Form):
    """One check-in. Drawn by hand in `pain/_form.html`, because today's plan shows it at every visit."""

    key = forms.UUIDField(error_messages={"required": NO_KEY, "invalid": NO_KEY})
    score = forms.TypedChoiceField(
        choices=[(str(n), str(n)) for n in range(WORST + 1)],
        coerce=int,
        error_messages={"required": NO_SCORE, "invalid_choice": NO_SCORE},
    )
    moment = forms.ChoiceField(
        choices=CheckIn.Moment.choices,
        error_messages={"required": NO_MOMENT, "invalid_choice": NO_MOMENT},
    )
    place = forms.ChoiceField(
        choices=[("", _("not said")), *CheckIn.Place.choices],
        required=False,
        error_messages={"invalid_choice": NO_PLACE},
    )
    words = Words(
        max_length=WORDS_LENGTH,
        required=False,
        error_messages={"max_length": _("This is too long. There is room for %(limit_value)d signs.")},
    )

    # The day of a check-in that could not be sent at once; otherwise it is the present one.
    on = forms.DateField(
        required=False,
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(date(2000, 1, 1), NO_KEY)],
        error_messages={"invalid": NO_KEY},
    )

    @property
    def key_to_send(self) -> UUID:
        """The key that came along, so that a corrected form is still the same check-in; otherwise a fresh one."""
        came_along = self.is_bound and "key" not in self.errors
        return cast(UUID, self.cleaned_data["key"]) if came_along else uuid4()


class PageForm(forms.Form):
    """Which page of check-ins, counted from that of the latest."""

    page = forms.IntegerField(min_value=1, max_value=1000)

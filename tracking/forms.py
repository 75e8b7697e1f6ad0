from collections.abc import Mapping
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import BadRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from exercises.models import Position
from tracking.guide import ONCE
from tracking.schedule import MAX_NTH


class Tick:
    """What a tap on a slot has sent. By hand, as a form of Django's would take longer than the answer."""

    def __init__(self, nth: int, sent: Mapping[str, str]) -> None:
        if not 1 <= nth <= MAX_NTH:
            raise BadRequest(gettext("There is no such slot. They are counted from 1 to 20."))
        done, back = sent.get("done"), sent.get("back", "")
        if done not in ("yes", "no"):
            raise BadRequest(gettext("Say whether it is done, yes or no."))
        if back not in ("", "session"):
            raise BadRequest(gettext("There is no such page to go back to."))
        self.is_done = done == "yes"
        self.is_from_session = back == "session"


class PartForm(forms.Form):
    """Which part of today's session somebody has in mind; all of it where nothing is said."""

    part = forms.ChoiceField(required=False, choices=[(ONCE, _("each exercise once")), *Position.choices])
    minutes = forms.IntegerField(required=False, min_value=1, max_value=60)

    @property
    def query(self) -> str:
        """The part as the query of an address; of all where it makes no sense."""
        chosen = {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}
        return f"?{urlencode(chosen)}" if chosen else ""

from django import forms
from django.utils.translation import gettext_lazy as _

from sharing.forms import NO_KEY


class AlarmsForm(forms.Form):
    """A box that is not ticked is not sent."""

    alarms = forms.BooleanField(label=_("With an alarm at each time"), required=False)


class FeedForm(AlarmsForm):
    """A new link. Its key comes with the page, so that a form that is sent twice makes one link."""

    key = forms.UUIDField(error_messages={"required": NO_KEY, "invalid": NO_KEY})

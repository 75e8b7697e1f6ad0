from base64 import urlsafe_b64decode

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from django import forms
from django.utils.translation import gettext_lazy as _

from reminders.guard import RefusedError, parts_of
from reminders.models import MOST_DEVICES, NotTheirsError, TooManyError
from reminders.push_key import CURVE

LOST = _("Something got lost on the way. Please try once more.")
UNKNOWN_SERVICE = _("This browser uses a push service that this site does not know. Emails would reach you.")
TOO_MANY = _("You have %(n)d devices here, which is as many as there may be. Remove one that you no longer use.")
SECRET_BYTES = 16


class DeviceForm(forms.Form):
    """What a browser says of itself when it agrees to take notifications. A script sends it; nobody types it in."""

    endpoint = forms.CharField(max_length=1000, error_messages={"required": LOST, "max_length": UNKNOWN_SERVICE})
    p256dh = forms.CharField(max_length=100, error_messages={"required": LOST, "max_length": LOST})
    auth = forms.CharField(max_length=40, error_messages={"required": LOST, "max_length": LOST})

    instead_of = forms.CharField(required=False, max_length=1000, error_messages={"max_length": LOST}, empty_value=None)
    """The endpoint that the push service has given up for this one, where the browser was not asked anew."""

    def clean_endpoint(self) -> str:
        endpoint: str = self.cleaned_data["endpoint"]
        try:
            parts_of(endpoint)
        except RefusedError as problem:
            raise forms.ValidationError(UNKNOWN_SERVICE) from problem
        return endpoint

    def clean_p256dh(self) -> str:
        key: str = self.cleaned_data["p256dh"]
        try:
            EllipticCurvePublicKey.from_encoded_point(CURVE, _bytes(key))
        except ValueError as problem:
            raise forms.ValidationError(LOST) from problem
        return key

    def clean_auth(self) -> str:
        secret: str = self.cleaned_data["auth"]
        try:
            is_whole = len(_bytes(secret)) == SECRET_BYTES
        except ValueError:
            is_whole = False
        if not is_whole:
            raise forms.ValidationError(LOST)
        return secret

    def complain_of(self, problem: TooManyError | NotTheirsError) -> None:
        self.add_error(None, TOO_MANY % {"n": MOST_DEVICES} if isinstance(problem, TooManyError) else LOST)

    @property
    def complaint(self) -> str:
        """The first, in words."""
        return next(str(said) for errors in self.errors.values() for said in errors)


def _bytes(text: str) -> bytes:
    """Of URL-safe Base64 with or without padding. Raises ValueError."""
    bare = text.rstrip("=")
    if not bare.isascii() or not bare.replace("-", "").replace("_", "").isalnum():
        raise ValueError
    return urlsafe_b64decode(bare + "=" * (-len(bare) % 4))

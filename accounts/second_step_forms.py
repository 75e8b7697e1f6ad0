"""allauth's forms of the second step, in our words, and closed to what it would stumble over."""

import re
import struct
from typing import Any, cast

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import User

MOST_PASSKEYS = 20
LONGEST_NAME = 60
LONGEST_CREDENTIAL = 20_000
"""Characters. What browsers send has less than a tenth of it."""

MALFORMED = (
    AttributeError,
    ArithmeticError,
    AssertionError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)
"""What fido2 and allauth raise over a credential that no browser would send."""


def _word_code(form: forms.Form, *, help_text: Any) -> None:
    field = form.fields["code"]
    field.label = _("Code")
    field.help_text = help_text
    field.widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false", "maxlength": 20}
    )


def _use_up(user: User, code: str) -> bool:
    """Whether this code of an app is used for the first time while it fits. allauth's own note of it ends too early."""
    fits_for = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    digits = re.sub(r"\D", "", code)
    key = salted_hmac("accounts.second_step_forms", f"{user.pk} {digits}", algorithm="sha256").hexdigest()
    return cache.add(f"used:{key}", True, timeout=fits_for)


class _EachCodeOnce:
    """For a form that takes a code of an app or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help_text = _("The six digits that your app shows now, or one of your recovery codes.")
        _word_code(cast(forms.Form, self), help_text=help_text)

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form beside this
        used: Authenticator = self.authenticator  # type: ignore[attr-defined]  # likewise
        if used.type == Authenticator.Type.TOTP and not _use_up(used.user, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_EachCodeOnce, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    pass


class CodeAgainForm(_EachCodeOnce, ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    pass


class NewAppForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_code(self, help_text=_("The six digits that the app shows now."))

    def clean_code(self) -> str:
        code: str = super().clean_code()
        if not _use_up(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CredentialField(forms.JSONField):
    """What a passkey answers. It consists of plain ASCII; anything else is refused before it is looked into."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and (len(value) > LONGEST_CREDENTIAL or not value.isascii() or "\\" in value):
            raise get_adapter().validation_error("incorrect_code")
        try:
            return super().to_python(value)
        except (RecursionError, ValueError):  # nested without end, or a number without end
            raise get_adapter().validation_error("incorrect_code") from None

    def bound_data(self, data: Any, initial: Any) -> None:
        """A form that is shown again asks the device again."""


class PasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None


class PasskeySignInForm(PasskeyForm, LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    passwordless = LoginWebAuthnForm.passwordless


class PasskeyAgainForm(PasskeyForm, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    reauthenticated = ReauthenticateWebAuthnForm.reauthenticated


def _bound_name(form: forms.Form) -> None:
    form.fields["name"] = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        required=form.fields["name"].required,
        help_text=_("So that you can tell it from others: “phone”, say."),
    )


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    credential = CredentialField()
    # Every passkey can be signed in with, so that nobody has to know what the choice would mean.
    passwordless = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound_name(self)

    def clean(self) -> dict[str, Any]:
        if Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN).count() >= MOST_PASSKEYS:
            raise forms.ValidationError(_("You have many passkeys already. Please remove one first."))
        try:
            return cast(dict[str, Any], super().clean())
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound_name(self)

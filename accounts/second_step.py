"""The second step of signing in: allauth's part for it, in our words, and with what is secret kept encrypted."""

from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.middleware import signed_in
from accounts.models import User


@cache
def _box(secret_key: str) -> Fernet:
    key = salted_hmac("accounts.second_step", "", secret=secret_key, algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages: dict[str, Any] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This did not fit. Codes change twice a minute, and each can be used once."),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Set up an app or a passkey first. Recovery codes come with it."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Whoever gets hold of the database alone, or of a backup, cannot make codes from it."""
        return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _box(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # The key of the site has changed since. A secret made up now is one that no code fits.
            return str(generate_totp_secret())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002  # called by name
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("My passkey") if number == 1 else _("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host: str = context.request.get_host()
        return {"id": host.partition(":")[0], "name": _("Backpain")}


def has_second_step(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user).exists())


def took_second_step(request: HttpRequest) -> bool:
    """Whether the person of this request has one, and has used it since they signed in."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records) and has_second_step(signed_in(request))

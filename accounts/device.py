"""The key with which a person's browser locks away what it could not send yet (see `docs/offline.md`)."""

from base64 import b64encode

from django.utils.crypto import salted_hmac

from accounts.models import User


def key_of(user: User) -> str:
    """32 bytes in Base64, always the same for a person, and stored nowhere on this side."""
    return b64encode(salted_hmac("backpain.device", str(user.pk), algorithm="sha256").digest()).decode()

"""The key by which push services know this site (VAPID, RFC 8292).

It is made from `SECRET_KEY`: every process has the same one from its first start on, and none has to be kept besides.
"""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.crypto import salted_hmac
from py_vapid import Vapid

CURVE = ec.SECP256R1()
# How many private keys there are: the order of the curve, without 0.
KEYS = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 - 1
SIGNED_FOR = timedelta(hours=12)


@cache
def _private(secret_key: str) -> ec.EllipticCurvePrivateKey:
    # Twice as many bits as there are keys, so that each of them is as likely.
    digest = salted_hmac("reminders.push_key", "", secret=secret_key, algorithm="sha512").digest()
    return ec.derive_private_key(int.from_bytes(digest) % KEYS + 1, CURVE)


def public_key() -> str:
    """As browsers want it: the point, in URL-safe Base64 without padding."""
    point = _private(settings.SECRET_KEY).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


def _contact() -> str:
    """Where whoever runs a push service can turn to. Apple refuses a made-up address of this machine."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    if "." in host and not settings.HAS_MAIL_SERVER:
        return f"https://{host}"
    return f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def signature(host: str, now: datetime) -> dict[str, str]:
    """The header that tells a push service who sends, and whom to write to about it."""
    claims = {
        "aud": f"https://{host}",
        "exp": int((now + SIGNED_FOR).timestamp()),
        "sub": _contact(),
    }
    signed: dict[str, str] = Vapid(_private(settings.SECRET_KEY)).sign(claims)
    return signed

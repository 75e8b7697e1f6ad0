"""A device with passkeys, played in Python: makes them, and signs with them, as a browser would send it."""

from dataclasses import dataclass, field
from os import urandom
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG


@dataclass
class Device:
    """`asks_person`: whether it wants a finger, a face or a PIN first."""

    origin: str = "http://localhost"
    asks_person: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    name: bytes = field(default_factory=lambda: urandom(16))
    whose: bytes = b""

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Its answer to `creation_options`."""
        wanted = options["publicKey"]
        self.whose = websafe_decode(wanted["user"]["id"])
        made = AttestedCredentialData.create(Aaguid.NONE, self.name, ES256.from_cryptography_key(self.key.public_key()))  # type: ignore[no-untyped-call]
        data = AuthenticatorData.create(sha256(wanted["rp"]["id"].encode()), self._flags | FLAG.AT, 0, made)
        answer = {
            "clientDataJSON": websafe_encode(self._said("webauthn.create", wanted["challenge"])),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        }
        return self._credential(answer) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        """Its answer to `request_options`."""
        wanted = options["publicKey"]
        said = self._said("webauthn.get", wanted["challenge"])
        data = AuthenticatorData.create(sha256(wanted["rpId"].encode()), self._flags, 1)
        signature = self.key.sign(data + sha256(said), ec.ECDSA(hashes.SHA256()))
        answer = {"clientDataJSON": said, "authenticatorData": data, "signature": signature, "userHandle": self.whose}
        return self._credential({name: websafe_encode(value) for name, value in answer.items()})

    @property
    def _flags(self) -> FLAG:
        return FLAG.UP | FLAG.UV if self.asks_person else FLAG.UP

    def _said(self, kind: str, challenge: str) -> bytes:
        return CollectedClientData.create(type=kind, challenge=challenge, origin=self.origin)

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.name)
        return {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}, "response": response}

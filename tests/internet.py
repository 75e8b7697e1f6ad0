"""An internet of the tests' own, on loopback: names, addresses, push services, and a canary that must hear nothing.

Three functions of `reminders.guard` are replaced, which touch the network: looking up a name, dialling an address, and
whose certificates are believed. All that the guard decides is as it always is. Whatever it dials that is not on this
internet ends at the canary.
"""

import json
import socket
import ssl
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_bytes
from socketserver import BaseServer, StreamRequestHandler, ThreadingTCPServer
from typing import Any

import http_ece
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reminders import guard, silence

FIREFOX, CHROME, APPLE = "updates.push.services.mozilla.com", "fcm.googleapis.com", "web.push.apple.com"
SERVICES = {FIREFOX: "151.101.1.91", CHROME: "142.250.1.95", APPLE: "17.188.1.13"}
"""Three push services that have an address each."""


class Canary(ThreadingTCPServer):
    """Notes each connection to it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), StreamRequestHandler)
        self.heard = 0

    def verify_request(self, _request: Any, _client_address: Any) -> bool:
        self.heard += 1
        return False

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class PushService(ThreadingHTTPServer):
    """Takes what is sent to it, and answers as the test wants."""

    daemon_threads = True

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.heard: list[tuple[str, Mapping[str, str], bytes]] = []
        self.answers: dict[str, Callable[[Visit], None]] = {}
        """By the path; a 201 for all others."""
        self.closing = threading.Event()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)

    def finish_request(self, request: Any, client_address: Any) -> None:
        with self.context.wrap_socket(request, server_side=True) as line:
            super().finish_request(line, client_address)

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        """Who does not trust the certificate, or waits no longer, leaves."""

    def bodies(self) -> list[bytes]:
        return [body for _path, _headers, body in self.heard]


class Visit(BaseHTTPRequestHandler):
    server: PushService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, dict(self.headers), body))
        self.server.answers.get(self.path, says(201))(self)

    def log_message(self, *_parts: Any) -> None:
        pass


def says(status: int, **headers: str) -> Callable[[Visit], None]:
    def answer(visit: Visit) -> None:
        visit.send_response(status)
        for name, value in headers.items():
            visit.send_header(name.replace("_", "-"), value)
        visit.end_headers()

    return answer


def begins_with(answer: bytes) -> Callable[[Visit], None]:
    """And says nothing else."""

    def write(visit: Visit) -> None:
        visit.wfile.write(answer)

    return write


def says_nothing(visit: Visit) -> None:
    visit.server.closing.wait(20)


def trickles(beginning: bytes) -> Callable[[Visit], None]:
    """After the beginning, a byte now and then, and never an end."""

    def answer(visit: Visit) -> None:
        with suppress(OSError):
            visit.wfile.write(beginning)
            while not visit.server.closing.wait(0.05):
                visit.wfile.write(b"x")

    return answer


class Internet:
    def __init__(self, canary: Canary, service: PushService) -> None:
        self.canary, self.service = canary, service
        self.names: dict[str, list[list[str]]] = {name: [[address]] for name, address in SERVICES.items()}
        """What a name leads to at each look-up; the last stays."""
        self.cables = dict.fromkeys(SERVICES.values(), service.server_port)
        """The port on this machine that an address stands for."""
        self.looked_up: list[str] = []
        self.dialled: list[str] = []

    def resolve(self, host: str) -> list[str]:
        self.looked_up.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def dial(self, address: str, seconds: float) -> socket.socket:
        self.dialled.append(address)
        return socket.create_connection(("127.0.0.1", self.cables.get(address, self.canary.port)), timeout=seconds)


@contextmanager
def served(server: BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the push services, signed by itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "push services of the tests")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in SERVICES]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path_factory.mktemp("push") / "certificate.pem"
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def internet(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Internet]:
    trust = guard.trust.__wrapped__()
    trust.load_verify_locations(certificate)
    canary, service = Canary(), PushService(certificate)
    internet = Internet(canary, service)
    monkeypatch.setattr(silence, "until", {})
    monkeypatch.setattr(guard, "resolve", internet.resolve)
    monkeypatch.setattr(guard, "dial", internet.dial)
    monkeypatch.setattr(guard, "trust", lambda: trust)
    with served(canary), served(service):
        yield internet
        service.closing.set()


class Receiver:
    """The keys of a browser, which alone read what is sent to it."""

    def __init__(self) -> None:
        self.key, self.secret = ec.generate_private_key(ec.SECP256R1()), token_bytes(16)

    def keys(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"p256dh": _base64(point), "auth": _base64(self.secret)}

    def read(self, body: bytes) -> dict[str, Any]:
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        said: dict[str, Any] = json.loads(plain)
        return said


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def endpoint(name: str = "one", host: str = FIREFOX) -> str:
    return f"https://{host}/wpush/v2/{name}"


def seconds_of(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start

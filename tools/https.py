"""A proxy that speaks https in front of a site of this machine, for what only https shows.

One port takes both: who comes without https is sent on as such, for the site to lead them to https at the same address.
"""

import http.client
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "localhost"
HANDSHAKE = b"\x16"
"""The first byte of whoever speaks https."""
OF_ONE_LINE = {"connection", "content-length", "keep-alive", "transfer-encoding"}
"""Headers that tell of the one connection on which they are sent."""


class Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, site_port: int, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.site_port, self.certificate = site_port, certificate
        self.address = f"https://{HOST}:{self.server_port}"
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)

    def finish_request(self, request: Any, client_address: Any) -> None:
        if request.recv(1, socket.MSG_PEEK) != HANDSHAKE:
            super().finish_request(request, client_address)
            return
        with self.context.wrap_socket(request, server_side=True) as line:
            super().finish_request(line, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Browsers leave in the middle of anything; that is no news."""


class Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        scheme = "https" if isinstance(self.connection, ssl.SSLSocket) else "http"
        headers = {**self.headers, "X-Forwarded-Proto": scheme, "X-Forwarded-For": self.client_address[0]}
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.site_port)) as line:
            line.request(self.command, self.path, body or None, headers)
            answer = line.getresponse()
            content = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in OF_ONE_LINE:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_OPTIONS = pass_on  # noqa: N815  # as the library calls them

    def log_message(self, *_parts: Any) -> None:
        pass


@contextmanager
def https(site_port: int) -> Iterator[Proxy]:
    """Speaks https for the site on that port. `certificate` is what a client has to trust."""
    with (
        tempfile.TemporaryDirectory(prefix="backpain-https-") as folder,
        Proxy(site_port, make_certificate(Path(folder, "certificate.pem"))) as proxy,
    ):
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


def make_certificate(file: Path) -> Path:
    """A key and the certificate that it has signed itself, for this machine and two days."""
    key, name, now = ec.generate_private_key(ec.SECP256R1()), _name(HOST), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.touch(mode=0o600)
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


def _name(of: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of)])

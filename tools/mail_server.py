"""A mail server for this machine that takes every mail, sends none on, and lets one read what came."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import Message
from email.policy import default


class MailServer:
    """`url` is for EMAIL_URL, and `mails` holds what has come so far."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        mails = self.mails

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                # Whoever sends may be killed in the middle of it. Half a mail is none.
                with suppress(ConnectionError):
                    self.converse()

            def converse(self) -> None:
                self.say("220 here")
                while line := self.rfile.readline():
                    command = line[:4].upper()
                    if command == b"DATA":
                        self.say("354 go on")
                        mails.append(message_from_bytes(self.message(), policy=default))
                    self.say("221 bye" if command == b"QUIT" else "250 ok")

            def message(self) -> bytes:
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    if not line:
                        raise ConnectionError
                    lines.append(line.removeprefix(b"."))
                return b"".join(lines)

            def say(self, words: str) -> None:
                self.wfile.write(f"{words}\r\n".encode())

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self.server.daemon_threads = True
        self.url = f"smtp://127.0.0.1:{self.server.server_address[1]}"

    def last_to(self, address: str) -> str:
        """The text of the latest mail to this address."""
        texts = [mail.get_payload(decode=True) for mail in self.mails if mail["To"] == address]
        return bytes(texts[-1]).decode()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    running = MailServer()
    threading.Thread(target=running.server.serve_forever, daemon=True).start()
    try:
        yield running
    finally:
        running.server.shutdown()
        running.server.server_close()

"""A mail server for tests: just enough SMTP on a loopback port to take a message as a real one would."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 test")
        envelope = []
        while line := self.rfile.readline():
            verb = line.strip().upper()
            if verb.startswith((b"EHLO", b"HELO")):
                self._say("250 test")
            elif verb.startswith((b"MAIL", b"RCPT", b"RSET")):
                envelope.append(line.decode().strip())
                self._say("250 ok" if not self.server.refuse else "451 later")  # type: ignore[attr-defined]
            elif verb.startswith(b"DATA"):
                self._say("354 go on")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.messages.append((envelope, body))  # type: ignore[attr-defined]
                self._say("250 taken")
            elif verb.startswith(b"QUIT"):
                return self._say("221 bye")
            else:
                self._say("502 unknown")

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, *, refuse: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages: list[tuple[list[str], bytes]] = []
        self.refuse = refuse


@contextmanager
def mail_server(*, refuse: bool = False) -> Iterator[MailServer]:
    with MailServer(refuse=refuse) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()

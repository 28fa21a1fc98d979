"""A mail server on the loopback for tests, which accepts, refuses, dawdles or hangs up as told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

Answer = Callable[[str], str]


def yes(_address: str) -> str:
    return "250 OK"


class Handler:
    def __init__(self, rcpt: Answer, data: Answer) -> None:
        self.rcpt, self.data = rcpt, data
        self.received: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.raw: list[bytes] = []
        self.connections = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt(address)
        if answer == "hang up":
            server.transport.abort()
            return "421 bye"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.data(envelope.rcpt_tos[0])
        if answer == "take it and hang up":
            self._keep(envelope)
            server.transport.abort()
            return "421 bye"
        if answer == "hang up":
            server.transport.abort()
            return "421 bye"
        if answer.startswith("slow"):
            self._keep(envelope)
            await asyncio.sleep(float(answer.split()[1]))
            return "250 OK"
        if answer.startswith("2"):
            self._keep(envelope)
        return answer

    def _keep(self, envelope: Envelope) -> None:
        self.raw.append(envelope.original_content)
        self.received.append(message_from_bytes(envelope.original_content, policy=policy.default))
        self.recipients += envelope.rcpt_tos


@contextmanager
def server(*, rcpt: Answer = yes, data: Answer = yes, port: int = 0) -> Iterator[tuple[Handler, int]]:
    handler = Handler(rcpt, data)
    controller = _Anywhere(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, controller.port
    finally:
        controller.stop()


class _Anywhere(Controller):
    """Listens on a port that was free, and calls itself back there to see whether it answers."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def use(settings, port: int, **more: object) -> None:
    """The product's settings for that server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    for name, value in more.items():
        setattr(settings, name, value)

"""Talking to the mail server, and putting its answers in plain words.

No address, name or link ever goes into an error or a log line: errors carry a reason, put in words when shown.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.utils import formataddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, str | Promise] = {
    "login": _("The mail server refused the user name or the password. Check SMTP_USER and SMTP_PASSWORD."),
    "host": _("No machine answers to the name of the mail server. Check SMTP_HOST."),
    "connection": _("The mail server does not take connections on this port. Check SMTP_PORT and the firewall."),
    "timeout": _("The mail server did not answer in time."),
    "tls": _(
        "No secure connection could be made with the mail server. "
        "Check SMTP_TLS, SMTP_STARTTLS and the server’s certificate."
    ),
    "sender": _("The mail server does not let us write in the name of this sender. Check MAIL_FROM."),
    "recipient": _("The mail server says that this address does not exist or takes no mail."),
    "content": _("The mail server refused the message itself."),
    "later": _("The mail server asks to try again later."),
    "disconnected": _("The mail server hung up before the end."),
    "unconfirmed": _(
        "It is not known whether this mail left: the mail server never confirmed it. "
        "Ask the person before sending it again."
    ),
    "address": _("This is not a usable e-mail address."),
    "unset": _("No mail server is set: see SMTP_HOST."),
    "unknown": _("The mail could not be sent."),
}


def explain(reason: str) -> str:
    return str(REASONS.get(reason, REASONS["unknown"]))


LAST_WORD = 120
"""Seconds that the server may take to say yes once it has the whole message. Mail servers are asked to allow ten
minutes: giving up sooner is what makes mails arrive twice. The other jobs wait meanwhile, so it is less."""


class Unavailable(Exception):
    """The mail server cannot be used now: the mail at hand is not to blame."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotDelivered(Exception):
    """This one mail did not leave."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


class Unconfirmed(Exception):
    """The server has the whole message and did not say yes or no: it may deliver it."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Parcel:
    """A letter ready to leave."""

    key: str
    name: str
    address: str
    subject: str
    text: str
    html: str
    language: str
    attachments: tuple[Attachment, ...] = ()


class _Attentive(smtplib.SMTP):
    """A conversation that remembers whether the message at hand may have been taken."""

    handed_over = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, said = self.docmd("data")
        if code != 354:
            raise smtplib.SMTPDataError(code, said)
        end = b"" if msg.endswith(b"\r\n") else b"\r\n"
        self.send(re.sub(rb"(?m)^\.", b"..", msg) + end + b".\r\n")
        self.handed_over = True
        if self.sock:
            self.sock.settimeout(max(self.timeout or 0, LAST_WORD))
        code, said = self.getreply()
        self.handed_over = False
        if self.sock:
            self.sock.settimeout(self.timeout)
        return code, said


class _Secure(_Attentive, smtplib.SMTP_SSL):
    pass


class Backend(EmailBackend):
    """The framework's own, over attentive conversations."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Secure if self.use_ssl else _Attentive


def is_set() -> bool:
    """Whether mails can leave. Without a mail server they would lie in a folder, links included: for the demo only."""
    return bool(settings.DEMO or "filebased" not in settings.EMAIL_BACKEND)


def settings_digest() -> str:
    """Stands for the present mail settings; other settings give another one. Keyed, so that it tells no password."""
    values = [
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD,
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL, settings.DEFAULT_FROM_EMAIL,
    ]  # fmt: skip
    return hmac.new(settings.SECRET_KEY.encode(), repr(values).encode(), hashlib.sha256).hexdigest()


def connect() -> BaseEmailBackend:
    """An open connection, for as many mails as wanted."""
    if not is_set():
        raise Unavailable("unset")
    by_smtp = settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")
    backend = get_connection(f"{__name__}.{Backend.__name__}" if by_smtp else None)
    try:
        backend.open()
    except (OSError, UnicodeError) as error:
        raise Unavailable(reason_of(error)) from None
    return backend


def hang_up(backend: BaseEmailBackend) -> None:
    try:
        backend.close()
    except OSError:
        return


def send(backend: BaseEmailBackend, parcel: Parcel) -> None:
    """Send one mail; raises NotDelivered, Unconfirmed or Unavailable, without the address in any."""
    message = compose(parcel)
    try:
        backend.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code = max(code for code, _text in error.recipients.values())
        raise NotDelivered("recipient" if code >= 500 else "later", permanent=code >= 500) from None
    except smtplib.SMTPDataError as error:
        permanent = error.smtp_code >= 500
        raise NotDelivered("content" if permanent else "later", permanent=permanent) from None
    except smtplib.SMTPNotSupportedError:
        raise NotDelivered("address", permanent=True) from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPAuthenticationError, smtplib.SMTPHeloError) as error:
        raise Unavailable(reason_of(error)) from None
    except OSError as error:
        if getattr(getattr(backend, "connection", None), "handed_over", False):
            raise Unconfirmed from None
        raise NotDelivered(reason_of(error), permanent=False) from None


def reason_of(error: Exception) -> str:
    kinds: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
        (smtplib.SMTPAuthenticationError, "login"),
        (smtplib.SMTPSenderRefused, "sender"),
        (smtplib.SMTPServerDisconnected, "disconnected"),
        ((smtplib.SMTPNotSupportedError, ssl.SSLError), "tls"),
        (smtplib.SMTPException, "later"),
        ((socket.gaierror, UnicodeError), "host"),
        (TimeoutError, "timeout"),
        (OSError, "connection"),
    )
    return next((reason for kind, reason in kinds if isinstance(error, kind)), "unknown")


def compose(parcel: Parcel) -> EmailMultiAlternatives:
    """The message, with a stable identity: a mail that leaves twice is one message for the receiver."""
    try:
        validate_email(parcel.address)
    except ValidationError:
        raise NotDelivered("address", permanent=True) from None
    message = EmailMultiAlternatives(
        subject=one_line(parcel.subject),
        body=parcel.text,
        to=[formataddr((one_line(parcel.name), parcel.address))],
        headers={
            "Message-ID": f"<{parcel.key}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": parcel.language,
        },
    )
    message.attach_alternative(parcel.html, "text/html")
    for file in parcel.attachments:
        message.attach(file.name, file.content, file.kind)
    return message


def one_line(text: str) -> str:
    """Nothing typed by a person can start a new header: every control and line sign becomes a space.

    Nor can it hold an encoded word, which would be read as the line signs that it stands for.
    """
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.replace("=?", "= ?").split())

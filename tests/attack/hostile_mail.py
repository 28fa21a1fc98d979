"""Letters that really leave, to a mail server of ours, with names that would like to be more than names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses

from django.conf import settings
from django.core.cache import cache
from django.test import Client

import smtp
from attack.hostile import Page
from attack.hostile_pages import grown
from reciproque.app.commitments.models import Commitment
from reciproque.app.dialogue.models import Minutes, Participant
from reciproque.app.directory.models import Account, Membership, Relationship
from reciproque.app.network.models import TieLink
from reciproque.app.shared import clock
from reciproque.app.survey.actions.delivery import send_due_mails
from reciproque.app.survey.mail import outbox
from reciproque.app.survey.models import Invitation, OutboxMail, WaveState

Kind = OutboxMail.Kind


@contextmanager
def mail_server() -> Iterator[smtp.Handler]:
    """A server that takes everything, and the settings of the product pointed at it."""
    before = {name: getattr(settings, name) for name in MAIL_SETTINGS}
    with smtp.server() as (handler, port):
        smtp.use(settings, port)
        Relationship.objects.update(is_demo=False)  # nothing leaves for invented people
        try:
            yield handler
        finally:
            for name, value in before.items():
                setattr(settings, name, value)


# Whose words stand in letters.
NAMED = ("Organisation", "Person", "Account", "Relationship", "Commitment", "Session", "Participant", "Contact")
MAIL_SETTINGS = (
    "EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS",
    "EMAIL_USE_SSL", "EMAIL_TIMEOUT",
)  # fmt: skip


def one_of_each(turn: str) -> list[OutboxMail]:
    """A letter of each kind that the present world gives a reason for."""
    made = list(_to_people(turn))
    accounts = Membership.objects.order_by("pk").select_related("account", "relationship")
    for place, wave_state, kind in ((1, WaveState.CLOSED, Kind.CLOSED), (2, WaveState.OPEN, Kind.OPENED)):
        member = accounts.filter(relationship__waves__state=wave_state, role="sponsor").first()
        if member is not None:
            wave = member.relationship.waves.filter(state=wave_state).earliest("pk")
            made.append(outbox.letter_to_account(member.account, kind, once=f"{turn}:{place}", wave=wave))
    member = accounts.get(pk=accounts.first().pk)  # type: ignore[union-attr]
    head = {"sequence": 1, "hash": "0" * 64}
    made.append(outbox.letter_to_account(member.account, Kind.LOG_HEAD, once=f"{turn}:head", data=head))
    Account.objects.filter(pk=member.account_id).update(last_login=None)  # written to those who never came in only
    made.append(
        outbox.letter_to_account(member.account, Kind.ACCOUNT, once=f"{turn}:in", data={"membership": member.pk})
    )
    return [*made, *_about_promises(turn), *_about_workshops(turn)]


def _to_people(turn: str) -> Iterator[OutboxMail]:
    asked = Invitation.objects.filter(wave__state=WaveState.COLLECTING).select_related("person", "wave")
    for invitation in [row for row in asked if row.wave.closes_at > clock.now()][:1]:
        for kind in (Kind.INVITATION, Kind.LINK):
            yield outbox.letter_to(invitation, kind, once=f"{turn}:{kind}")
    link = TieLink.objects.filter(revoked_at=None).select_related("person").first()
    if link is not None:
        yield OutboxMail(
            kind=Kind.TIES, recipient=link.person.email, language="en", once=f"{turn}:ties", data={"link": link.key}
        )


def _about_promises(turn: str) -> Iterator[OutboxMail]:
    promise = Commitment.objects.filter(state="open").exclude(owner_client=None).select_related("owner_client").first()
    if promise is not None:
        data = {"commitment": promise.pk, "moment": "after", "date": promise.due_on.isoformat()}
        yield outbox.letter_to_account(promise.owner_client, Kind.PROMISE, once=f"{turn}:promise", data=data)
        rows = Membership.objects.filter(relationship=promise.relationship, role="sponsor").select_related("account")
        for member in rows[:1]:
            about = {"relationship": promise.relationship_id}
            yield outbox.letter_to_account(member.account, Kind.DIGEST, once=f"{turn}:digest", data=about)


def _about_workshops(turn: str) -> Iterator[OutboxMail]:
    found = Participant.objects.filter(left=False, session__state="voting").select_related("person").first()
    if found is not None and found.person is not None:
        data = {"participant": found.key}
        yield OutboxMail(
            kind=Kind.WORKSHOP, recipient=found.person.email, language="fr", once=f"{turn}:workshop", data=data
        )
    minutes = Minutes.objects.exclude(digest="").select_related("session").first()
    if minutes is not None:
        rows = Membership.objects.filter(relationship=minutes.session.relationship, role="sponsor")
        for member in rows.select_related("account")[:1]:
            data = {"session": minutes.session.key}
            yield outbox.letter_to_account(member.account, Kind.MINUTES, once=f"{turn}:minutes", data=data)


@dataclass
class Left:
    """What reached the server in one turn."""

    messages: dict[str, EmailMessage] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    asked: int = 0


def send(handler: smtp.Handler, turn: str) -> Left:
    """Queue one letter of each kind, let the worker send them, and read what the server was given."""
    for kept in (handler.received, handler.raw, handler.recipients):
        kept.clear()
    OutboxMail.objects.all().delete()
    mails = one_of_each(turn)
    outbox.queue(mails)
    kinds = {row.key: (row.kind, row.recipient) for row in OutboxMail.objects.all()}
    send_due_mails(holder="attack")
    left = Left(asked=len(mails))
    expected, given = Counter(recipient for _kind, recipient in kinds.values()), Counter(handler.recipients)
    if given != expected:
        left.wrong.append(f"envelopes: {dict(given - expected)} beside, {dict(expected - given)} missing")
    for raw in handler.raw:
        message = message_from_bytes(raw, policy=policy.default)
        key = str(message["Message-ID"]).strip("<>").split("@")[0]
        kind, recipient = kinds.get(key, ("unknown", ""))
        left.messages[kind] = message
        left.wrong += [f"{kind}: {fault}" for fault in faults(raw, recipient)]
    return left


def ask_for_code(email: str) -> None:
    """The letters of the sign-in library, which leave at once."""
    cache.clear()
    Client().post("/accounts/login/code/", {"email": email})
    Client().post("/accounts/password/reset/", {"email": email})


HEADER = re.compile(rb"(?m)^([!-9;-~]+):")


def faults(raw: bytes, recipient: str) -> list[str]:
    """More than one recipient, a header that the product does not write, or one that comes twice."""
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    names = [name.decode().lower() for name in HEADER.findall(head)]
    found = [f"header {name}" for name in names if name not in WRITTEN]
    found += [f"{name} twice" for name, count in Counter(names).items() if count > 1]
    message = message_from_bytes(raw, policy=policy.default)
    to = [address for _name, address in getaddresses([str(value) for value in message.get_all("To", [])])]
    if recipient and [address.lower() for address in to] != [recipient.lower()]:
        found.append(f"to {to}")
    return found + [f"{name} broken" for name in ("Subject", "To") if len(str(message[name] or "").splitlines()) > 1]


WRITTEN = {
    "content-type", "mime-version", "subject", "from", "to", "date", "message-id", "auto-submitted",
    "x-auto-response-suppress", "content-language", "content-transfer-encoding",
}  # fmt: skip


def page_of(message: EmailMessage) -> Page:
    part = message.get_body(("html",))
    return Page(part.get_content() if part is not None else "")


def grown_letters(plain: Left, attacked: Left) -> list[str]:
    """Letters whose HTML has other elements than the letter of plain words, or something that runs.

    A letter carries its styles on each element: those are the product's own.
    """
    found = []
    for kind, message in attacked.messages.items():
        if kind in plain.messages:
            more = grown(page_of(plain.messages[kind]), page_of(message))
            found += [f"{kind} {name}" for name in more if not name.endswith((" style", "<style>"))]
    return found

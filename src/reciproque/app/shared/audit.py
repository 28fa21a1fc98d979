"""Writing and verifying the tamper-evident log.

Every action calls ``record`` once, inside its own transaction: if the record cannot be written, the change is undone.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections, transaction

from reciproque.app.shared import clock
from reciproque.app.shared.models import AuditHead, AuditRecord
from reciproque.app.shared.vocabulary import Audience

GENESIS = hashlib.sha256(b"reciproque").hexdigest()


@dataclass(frozen=True)
class Actor:
    """Who acts: an account, somebody with a link, or the system itself (a job, the command line).

    ``person_key``: by which the log knows somebody with a link.
    """

    key: str
    name: str
    account: Any = None
    person_key: str = ""

    @property
    def is_system(self) -> bool:
        return not self.key


SYSTEM = Actor(key="", name="Réciproque")


def actor(account: Any) -> Actor:
    return Actor(key=account.key, name=account.name or account.email, account=account)


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold."""

    sequence: int
    reason: str


def record(
    *,
    by: Actor,
    action: str,
    audience: str,
    subject: str = "",
    about: str = "",
    relationship_key: str = "",
    organisation_key: str = "",
    data: dict[str, Any] | None = None,
) -> AuditRecord:
    """Append one record to the chain. Must run inside the transaction of the change that it describes.

    People are recorded by key, never by name: ``about`` is the key of an account or of a person. A name can then be
    corrected or erased, and the chain still holds.
    """
    connection = connections["default"]
    if not connection.in_atomic_block:
        raise RuntimeError("An audit record must be written in the transaction of its change.")
    head, _ = AuditHead.objects.select_for_update().get_or_create(id=1, defaults={"hash": GENESIS})
    row = AuditRecord(
        sequence=head.sequence + 1,
        at=clock.now().replace(microsecond=0),
        actor_key=by.person_key or by.key,
        actor_name="" if by.key else by.name[:200],
        action=action,
        subject=subject[:300],
        audience=Audience(audience),
        relationship_key=relationship_key,
        organisation_key=organisation_key,
        data={**(data or {}), **({"about": about} if about else {}), **_salt(audience)},
        previous_hash=head.hash,
    )
    row.hash = digest(row)
    row.save(force_insert=True)
    head.sequence, head.hash = row.sequence, row.hash
    head.save()
    return row


def _salt(audience: str) -> dict[str, str]:
    """Chance, in a line that some cannot read: no fingerprint after it confirms what they may guess of it."""
    return {} if audience == Audience.BOTH else {"salt": secrets.token_hex(16)}


def digest(row: AuditRecord) -> str:
    at = row.at if isinstance(row.at, datetime) else datetime.fromisoformat(row.at)
    content = [
        row.sequence, at.timestamp(), row.actor_key, row.actor_name,
        row.action, row.subject, str(row.audience), row.relationship_key, row.organisation_key, row.data,
        row.previous_hash,
    ]  # fmt: skip
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify(rows: Iterable[AuditRecord], *, head_hash: str | None = None) -> Break | None:
    """Walk the chain and return the first break, or None when every record follows from the one before."""
    expected, sequence = GENESIS, 0
    for row in rows:
        sequence += 1
        if row.sequence != sequence:
            return Break(sequence, "missing")
        if row.previous_hash != expected:
            return Break(row.sequence, "reordered")
        if row.hash != digest(row):
            return Break(row.sequence, "altered")
        expected = row.hash
    if head_hash is not None and head_hash != expected:
        return Break(sequence + 1, "cut")
    return None


def verify_chain() -> Break | None:
    """Verify the whole log of this installation against its head."""
    with transaction.atomic():
        head = AuditHead.objects.filter(id=1).first()
        return verify(AuditRecord.objects.order_by("sequence").iterator(), head_hash=head.hash if head else GENESIS)

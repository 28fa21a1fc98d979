"""The secret address of somebody's calendar: made, made anew, revoked. Only its digest is kept."""

from __future__ import annotations

import secrets

from django.db import transaction

from reciproque.app.commitments.access import digest_of
from reciproque.app.commitments.models import CalendarAddress
from reciproque.app.directory.models import Account
from reciproque.app.shared import audit, clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.vocabulary import Audience


@transaction.atomic
def make_calendar_address(*, by: Actor, account: Account) -> str:
    """A new secret, shown once. An address given before stops working at once."""
    token = secrets.token_urlsafe(24)
    CalendarAddress.objects.update_or_create(
        account=account, defaults={"digest": digest_of(token), "made_at": clock.now()}
    )
    _log(by, "calendar.address_made", account)
    return token


@transaction.atomic
def revoke_calendar_address(*, by: Actor, account: Account) -> None:
    """The address opens nothing any more."""
    CalendarAddress.objects.filter(account=account).delete()
    _log(by, "calendar.address_revoked", account)


def _log(by: Actor, action: str, account: Account) -> None:
    """Everybody reads what they did themselves: nobody else learns that a calendar exists."""
    audit.record(by=by, action=action, about=account.key, audience=Audience.ORGANISATION)

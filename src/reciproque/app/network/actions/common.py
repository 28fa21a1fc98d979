"""What all writes of the web share: who may act, where the web stands, and the record they leave."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from reciproque.app.directory.models import Membership, Relationship
from reciproque.app.network import access
from reciproque.app.network.models import WebState
from reciproque.app.shared import audit
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import Audience


def log(by: Actor, action: str, relationship: Relationship, *, audience: str = Audience.BOTH, **data: Any) -> None:
    """One record about a web, in the transaction of the change. Never a name: a tie is its companies' business."""
    audit.record(
        by=by,
        action=action,
        subject=str(relationship),
        audience=audience,
        relationship_key=relationship.key,
        data=data,
    )


def locked(relationship: Relationship) -> WebState:
    """Where the web stands now, kept from other writers until the end of the transaction."""
    Relationship.objects.select_for_update().get(pk=relationship.pk)
    return WebState.objects.filter(relationship=relationship).first() or WebState(relationship=relationship)


def membership_of(by: Actor, relationship: Relationship) -> Membership | None:
    return Membership.objects.filter(relationship=relationship, account=by.account).first() if by.account else None


def require_side(by: Actor, relationship: Relationship, side: str) -> None:
    if not by.is_system and access.declares(membership_of(by, relationship)) != side:
        raise Refused(_("Each company declares its own half of the web: you cannot change this one."))

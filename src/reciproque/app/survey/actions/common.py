"""What all actions on a wave share: who may act, in which state, and the record they leave."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from reciproque.app.directory.models import Membership
from reciproque.app.shared import audit
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import Audience
from reciproque.app.survey import access
from reciproque.app.survey.models import Wave
from reciproque.app.survey.states import ForbiddenTransition, transition


def log(by: Actor, wave: Wave, action: str, *, audience: str = Audience.BOTH, **data: Any) -> None:
    """One record about a wave, in the transaction of the change."""
    audit.record(
        by=by,
        action=f"wave.{action}",
        subject=f"{wave.relationship} · {wave.number}",
        audience=audience,
        relationship_key=wave.relationship.key,
        data={"wave": wave.key, **data},
    )


def locked(wave: Wave) -> Wave:
    """The wave as it is now, kept from other writers until the end of the transaction."""
    return (
        Wave.objects.select_for_update(of=("self",))
        .select_related("relationship__client", "relationship__supplier")
        .get(pk=wave.pk)
    )


def same(wave: Wave, fresh: Wave) -> None:
    """Bring the caller's object up to date with the row that was just written."""
    for field in Wave._meta.concrete_fields:
        setattr(wave, field.attname, getattr(fresh, field.attname))


def moved(by: Actor, wave: Wave, name: str) -> Wave:
    """The locked wave in the state that the transition leads to, not saved yet; refused when it may not happen."""
    fresh = locked(wave)
    try:
        step = transition(name, fresh.state)
    except ForbiddenTransition as error:
        raise Refused(too_late()) from error
    if not ("system" in step.who if by.is_system else role_of(by, fresh) in step.who):
        raise Refused(_("Your role does not allow this on this wave."))
    fresh.state = step.target
    return fresh


def too_late() -> str:
    return _("This wave has moved on in the meantime: look at the page again to see where it stands.")


def membership_of(by: Actor, wave: Wave) -> Membership:
    membership = access.membership_on(wave, by.account) if by.account else None
    if membership is None:
        raise Refused(_("Your role does not allow this on this wave."))
    return membership


def role_of(by: Actor, wave: Wave) -> str:
    return membership_of(by, wave).role


def require_state(wave: Wave, *states: str) -> None:
    if wave.state not in states:
        raise Refused(too_late())

"""Fetch-and-check for waves: whose they are, who may do what with them. Absent and forbidden give the same 404."""

from __future__ import annotations

from django.http import Http404

from reciproque.app.directory.access import visible_sides
from reciproque.app.directory.models import Account, Membership
from reciproque.app.shared.vocabulary import SIDES, Seat
from reciproque.app.survey.models import Invitation, OutboxMail, Wave
from reciproque.app.survey.states import TRANSITIONS

Role = Membership.Role
# Who prepares a wave: both sponsors and the facilitator. A deputy stands in for the sponsor on the people of a side.
PREPARES = (Role.FACILITATOR, Role.SPONSOR)
HOLDS_A_KEY = (Role.SPONSOR, Role.DEPUTY)


def wave_for(account: Account, key: str) -> tuple[Wave, Membership]:
    """The wave of that key and the account's role on its relationship."""
    wave = Wave.objects.filter(key=key).select_related("relationship__client", "relationship__supplier").first()
    membership = wave and membership_on(wave, account)
    if not wave or not membership:
        raise Http404
    return wave, membership


def membership_on(wave: Wave, account: Account) -> Membership | None:
    return Membership.objects.filter(relationship_id=wave.relationship_id, account_id=account.pk).first()


def may(membership: Membership, name: str, state: str) -> bool:
    """Whether this member may ask for that transition from that state."""
    return any(t.name == name and t.source == state and membership.role in t.who for t in TRANSITIONS)


def require(allowed: bool) -> None:
    """404 when it is not allowed: what is not yours does not exist."""
    if not allowed:
        raise Http404


def prepares(membership: Membership) -> bool:
    return membership.role in PREPARES


def holds_a_key(membership: Membership) -> bool:
    return membership.role in HOLDS_A_KEY and membership.side in SIDES


def chooses_people_of(membership: Membership) -> tuple[str, ...]:
    """The sides whose list of people the member draws up: one's own, both for a neutral facilitator."""
    if membership.role not in (*PREPARES, Role.DEPUTY):
        return ()
    return visible_sides(membership)


def is_neutral_facilitator(membership: Membership) -> bool:
    """Sees numbers per side during collection, and which key is awaited after closing. Never a name."""
    return membership.role == Role.FACILITATOR and membership.side == Seat.NEUTRAL


def sees_outbox_of(membership: Membership) -> tuple[str, ...]:
    """The sides whose invitations the member follows: one's own for a sponsor, both for a neutral facilitator."""
    return visible_sides(membership) if membership.role in PREPARES else ()


def reveals_links_of(membership: Membership) -> tuple[str, ...]:
    """Who may hand a link over: the sponsor of that side. Never a facilitator, who sees numbers: a link takes a ballot
    back, and the number would tell whether its owner had answered."""
    return visible_sides(membership) if membership.role == Role.SPONSOR else ()


def outbox_for(account: Account, key: str) -> tuple[Wave, tuple[str, ...], tuple[str, ...]]:
    """The wave, the sides whose invitations the account follows, and those whose links it may hand over."""
    wave, membership = wave_for(account, key)
    sides = sees_outbox_of(membership)
    require(bool(sides))
    return wave, sides, reveals_links_of(membership)


def outbox_mail_for(account: Account, key: str) -> tuple[OutboxMail, Invitation]:
    """An invitation mail of a side that the account follows, and its invitation."""
    mail = (
        OutboxMail.objects.filter(key=key, kind=OutboxMail.Kind.INVITATION)
        .select_related("invitation__person", "wave__relationship__client", "wave__relationship__supplier")
        .first()
    )
    if mail is None or mail.invitation is None or mail.wave is None:
        raise Http404
    membership = membership_on(mail.wave, account)
    require(membership is not None and mail.invitation.side in sees_outbox_of(membership))
    mail.invitation.wave = mail.wave
    return mail, mail.invitation


def revealable_invitation_for(account: Account, key: str, person: str) -> Invitation:
    """The invitation of one person of a side whose links the account may hand over."""
    wave, _sides, reveals = outbox_for(account, key)
    invitation = wave.invitations.filter(person__key=person, side__in=reveals).select_related("person").first()
    if invitation is None:
        raise Http404
    invitation.wave = wave
    return invitation

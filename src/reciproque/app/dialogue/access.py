"""Fetch-and-check for the workshop: whose it is, who may do what. Absent and forbidden give the same 404."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404

from reciproque.app.dialogue.models import Participant, Proposal, Session, SessionState, Statement
from reciproque.app.dialogue.states import PHONES_WORK
from reciproque.app.dialogue.urn import hash_of
from reciproque.app.directory.access import relationship_for
from reciproque.app.directory.models import Account, Membership, Relationship
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import SIDES, Seat
from reciproque.app.survey.urn import tokens
from reciproque.app.survey.urn.errors import InvalidToken

Role = Membership.Role


@dataclass(frozen=True)
class Seated:
    """A session as one member of its relationship sees it."""

    session: Session
    membership: Membership

    @property
    def relationship(self) -> Relationship:
        return self.session.relationship

    @property
    def side(self) -> str:
        return self.membership.side

    @property
    def facilitates(self) -> bool:
        """Holds the seat of the facilitator of this session."""
        return self.membership.role == Role.FACILITATOR and self.session.facilitator_id == self.membership.account_id

    @property
    def external(self) -> bool:
        """A facilitator employed by neither company: reads raw sentences, and ahead of the room what it will see."""
        return self.facilitates and self.session.has_external_facilitator and self.membership.side == Seat.NEUTRAL

    @property
    def sponsors(self) -> str:
        """The side whose word this member gives as its sponsor, or ""."""
        is_sponsor = self.membership.role == Role.SPONSOR and self.membership.side in SIDES
        return self.membership.side if is_sponsor else ""

    @property
    def may_lead(self) -> bool:
        """A facilitator of the relationship, who may take the seat over."""
        return self.membership.role == Role.FACILITATOR

    @property
    def prepares(self) -> bool:
        return self.facilitates or bool(self.sponsors)

    @property
    def chooses_people_of(self) -> tuple[str, ...]:
        """Each company names its own people; an external facilitator may do it for both."""
        if self.external:
            return tuple(SIDES)
        keeps = self.facilitates or self.membership.role in (Role.SPONSOR, Role.DEPUTY)
        return (self.membership.side,) if keeps and self.membership.side in SIDES else ()


def sessions_for(account: Account, key: str) -> tuple[Relationship, Membership, list[Session]]:
    """The relationship of that key, the account's role on it, and its sessions, latest first."""
    relationship, membership = relationship_for(account, key)
    found = Session.objects.filter(relationship=relationship, rehearsal_of=None).select_related("facilitator")
    return relationship, membership, [as_it_stands(one) for one in found]


def may_create(membership: Membership) -> bool:
    return membership.role in (Role.FACILITATOR, Role.SPONSOR)


def session_for(account: Account, key: str) -> Seated:
    """The session of that key, seen from the account's seat."""
    session = (
        Session.objects.filter(key=key)
        .select_related("relationship__client", "relationship__supplier", "facilitator")
        .first()
    )
    membership = session and membership_on(session, account)
    if not session or not membership:
        raise Http404
    return Seated(as_it_stands(session), membership)


def as_it_stands(session: Session) -> Session:
    """The private vote is sealed at its deadline, for every screen at once; the worker writes it down soon after."""
    past = session.vote_closes_at is not None and clock.now() >= session.vote_closes_at
    if session.state == SessionState.VOTING and past:
        session.state = SessionState.READY
    return session


def membership_on(session: Session, account: Account) -> Membership | None:
    return Membership.objects.filter(relationship_id=session.relationship_id, account_id=account.pk).first()


def require(allowed: bool) -> None:
    """404 when it is not allowed: what is not yours does not exist."""
    if not allowed:
        raise Http404


def statements_visible(seat: Seated) -> QuerySet[Statement]:
    """Sentences that this member may read: those accepted for debate; before that, an external facilitator's only."""
    found = Statement.objects.filter(session=seat.session)
    return found if seat.external else found.exclude(text_fr="", text_en="").filter(state="kept")


def statement_for(seat: Seated, key: str) -> Statement:
    statement = statements_visible(seat).filter(key=key).first()
    if statement is None:
        raise Http404
    statement.session = seat.session
    return statement


# ---------------------------------------------------------------- by an own link, without account
def participant_of(token: bytes) -> Participant | None:
    """Whose link this is, as long as the session takes anything from phones."""
    found = (
        Participant.objects.filter(token_hash=hash_of(token), left=False)
        .exclude(session__state=SessionState.CANCELLED)
        .select_related("session__relationship__client", "session__relationship__supplier", "session__facilitator")
        .first()
    )
    if found is not None:
        as_it_stands(found.session)
    return found


def read_token(typed: str) -> bytes | None:
    """The token in what was pasted or typed: a whole link, or its 26 signs."""
    try:
        return tokens.read(typed.split("#")[-1])
    except InvalidToken:
        return None


# ---------------------------------------------------------------- the room
def session_of_room(code: str) -> Session | None:
    """The session whose code stands on the room screen, as typed by somebody."""
    typed = "".join(code.split()).lower()
    return Session.objects.filter(room_code=typed, state__in=PHONES_WORK).first()


def proposal_of(session: Session, key: str) -> Proposal:
    found = session.proposals.filter(key=key).select_related("session__relationship").first()
    if found is None:
        raise Http404
    found.session = session
    return found

"""Letters of a workshop, through the outbox: own links, and the frozen minutes to both sponsors at once."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions.common import locked, log, not_yours, require_state, seat_of
from reciproque.app.dialogue.models import Participant, Session
from reciproque.app.dialogue.states import PHONES_WORK
from reciproque.app.directory.models import Membership
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey.mail import outbox
from reciproque.app.survey.models import OutboxMail

Kind = OutboxMail.Kind


@transaction.atomic
def send_links(*, by: Actor, session: Session) -> int:
    """One mail a day at most to each participant of one's sides who has an address. Gives their number."""
    fresh = locked(session)
    require_state(fresh, *PHONES_WORK)
    sides = tuple(SIDES) if by.is_system else seat_of(by, fresh).chooses_people_of
    if not sides:
        raise Refused(not_yours())
    people = fresh.participants.filter(side__in=sides, left=False).exclude(person=None).exclude(person__email="")
    mails = [_letter(participant) for participant in people.select_related("person")]
    if not mails:
        raise Refused(_("Nobody on your list has an e-mail address: hand the links out yourself."))
    outbox.queue(mails)
    log(by, fresh, "links_queued", mails=len(mails))
    return len(mails)


def _letter(participant: Participant) -> OutboxMail:
    assert participant.person is not None
    return OutboxMail(
        kind=Kind.WORKSHOP,
        recipient=participant.person.email,
        language=participant.language,
        once=f"workshop:{participant.key}:{clock.today().isoformat()}",
        data={"participant": participant.key},
    )


@transaction.atomic
def reveal_link(*, by: Actor, participant: Participant) -> str:
    """The link of one person, to hand over. Both companies read in the log that it was shown; it shows no answer."""
    session = locked(participant.session)
    seat = seat_of(by, session)
    if participant.side not in seat.chooses_people_of or not (seat.external or seat.sponsors):
        raise Refused(_("Only the sponsor of this person’s company or a neutral facilitator can see this link."))
    require_state(session, *PHONES_WORK)
    participant.session = session
    link = urn.link_of(participant)
    log(by, session, "link_shown", participant=participant.key)
    return link


@transaction.atomic
def queue_minutes(*, by: Actor, session: Session) -> None:
    """The frozen minutes to both sponsors, due at the same moment."""
    sponsors = Membership.objects.filter(
        relationship=session.relationship, role=Membership.Role.SPONSOR, side__in=SIDES
    ).select_related("account")
    outbox.queue(
        outbox.letter_to_account(
            one.account, Kind.MINUTES, once=f"minutes:{session.key}:{one.side}", data={"session": session.key}
        )
        for one in sponsors
    )
    log(by, session, "minutes_sent")

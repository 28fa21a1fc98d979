"""What the survey does when somebody is erased. Never looks at whether that person has answered."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from reciproque.app.directory.erasure import NOBODY, Gone, keeps_names
from reciproque.app.shared.errors import Refused
from reciproque.app.survey.models import Invitation, OutboxMail, SealingKey, WaveState, WrappedHalf

UNDER_WAY = (WaveState.SEALING, WaveState.COLLECTING, WaveState.CLOSING)
KEY_NEEDED = (*UNDER_WAY, WaveState.CLOSED, WaveState.OPEN)


@keeps_names
def forget(gone: Gone) -> None:
    _refuse_while_needed(gone)
    Invitation.objects.filter(person=gone.person, wave__state=WaveState.DRAFT).delete()
    SealingKey.objects.filter(accepted_by__in=gone.names, wave__relationship__in=gone.relationships).update(
        accepted_by=NOBODY
    )
    wanted = Q(recipient__in=gone.emails)
    wanted |= Q(account=gone.account) if gone.account else Q()
    wanted |= Q(invitation__person=gone.person) if gone.person else Q()  # at an address of before
    mails = OutboxMail.objects.filter(wanted)
    mails.filter(state__in=[OutboxMail.State.QUEUED, OutboxMail.State.REFUSED]).update(state=OutboxMail.State.CANCELLED)
    mails.update(recipient="")


def _refuse_while_needed(gone: Gone) -> None:
    asked = Invitation.objects.filter(person=gone.person, wave__state__in=UNDER_WAY)
    if gone.person is not None and asked.exists():
        raise Refused(_("This person is on the list of a wave that is under way. Wait until it is closed, then erase."))
    held = WrappedHalf.objects.filter(holder=gone.account, key__wave__state__in=KEY_NEEDED)
    if gone.account is not None and held.exists():
        raise Refused(
            _("This person holds a phrase of a wave whose ballots still exist. Wait until they are destroyed.")
        )

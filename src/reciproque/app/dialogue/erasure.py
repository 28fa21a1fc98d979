"""What workshops do when somebody is erased. Frozen minutes stay: both companies hold the same document."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reciproque.app.dialogue.models import Amendment, Participant, SessionState, Signature
from reciproque.app.directory.erasure import NOBODY, Gone, keeps_names
from reciproque.app.shared.errors import Refused

OVER = (SessionState.FROZEN, SessionState.CANCELLED)


@keeps_names
def forget(gone: Gone) -> None:
    mine = Participant.objects.filter(person=gone.person) if gone.person else Participant.objects.none()
    if mine.filter(left=False).exclude(session__state__in=OVER).exists():
        raise Refused(
            _("This person takes part in a workshop that is not over. Take the person off its list first, or wait.")
        )
    sessions = {"session__relationship__in": gone.relationships}
    Signature.objects.filter(**sessions, signed_by__in=gone.names).update(signed_by=NOBODY)
    Amendment.objects.filter(**sessions, name__in=gone.names).update(name=NOBODY)
    mine.update(name=NOBODY, token_hash=None, left=True)

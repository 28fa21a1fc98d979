"""What workshops do when somebody is erased. Frozen minutes stay: both companies hold the same document."""

from __future__ import annotations

from reciproque.app.dialogue.models import Amendment, Participant, Signature
from reciproque.app.directory.erasure import NOBODY, Gone, keeps_names


@keeps_names
def forget(gone: Gone) -> None:
    sessions = {"session__relationship__in": gone.relationships}
    Signature.objects.filter(**sessions, signed_by__in=gone.names).update(signed_by=NOBODY)
    Amendment.objects.filter(**sessions, name__in=gone.names).update(name=NOBODY)
    if gone.person is not None:
        Participant.objects.filter(person=gone.person).update(name=NOBODY, token_hash=None, left=True)

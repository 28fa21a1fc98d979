"""What promises do when somebody is erased: the word that was given stays, the name under it goes."""

from __future__ import annotations

from reciproque.app.commitments.models import CalendarAddress, Change, ExposedSponsor, Word
from reciproque.app.directory.erasure import NOBODY, Gone, keeps_names


@keeps_names
def forget(gone: Gone) -> None:
    changes = Change.objects.filter(commitment__relationship__in=gone.relationships)
    changes.filter(by_name__in=gone.names).update(by_name=NOBODY)
    changes.filter(answered_by_name__in=gone.names).update(answered_by_name=NOBODY)
    Word.objects.filter(commitment__relationship__in=gone.relationships, by_name__in=gone.names).update(by_name=NOBODY)
    ExposedSponsor.objects.filter(person=gone.person).delete()
    CalendarAddress.objects.filter(account=gone.account).delete()

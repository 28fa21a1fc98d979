"""What the web of ties does when somebody is erased: the tie stays between two functions, without a name."""

from __future__ import annotations

from django.db.models import Q

from reciproque.app.directory.erasure import NOBODY, Gone, keeps_names
from reciproque.app.directory.names import fold
from reciproque.app.network.models import Contact, TieLink, WaitingTie


@keeps_names
def forget(gone: Gone) -> None:
    person = gone.person
    named = Q(email__in=gone.emails)
    if person is not None:
        TieLink.objects.filter(person=person).delete()
        as_named = [fold(name)[:170] for name in gone.names]
        named |= Q(person=person) | Q(folded_name__in=as_named)
        WaitingTie.objects.filter(link__relationship__in=gone.relationships, folded_name__in=as_named).delete()
    for contact in Contact.objects.filter(named, relationship__in=gone.relationships):
        contact.name, contact.email, contact.folded_name = NOBODY, "", f"erased {contact.pk}"
        contact.save(update_fields=["name", "email", "folded_name"])

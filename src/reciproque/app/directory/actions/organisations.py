"""Companies and the functions they add to the shared list."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.directory.models import Function, Organisation
from reciproque.app.directory.names import fold, own_code
from reciproque.app.shared.audit import Actor, record
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import Audience


@transaction.atomic
def create_organisation(*, by: Actor, name: str, registration_number: str = "", country: str = "FR") -> Organisation:
    """A new company. Two companies never have the same folded name."""
    _refuse_taken_name(name)
    made = Organisation.objects.create(
        name=name, folded_name=fold(name), registration_number=registration_number, country=country
    )
    _recorded(by, "organisation.created", made)
    return made


@transaction.atomic
def change_organisation(
    *, by: Actor, organisation: Organisation, name: str, registration_number: str = "", country: str = "FR"
) -> Organisation:
    if fold(name) != organisation.folded_name:
        _refuse_taken_name(name)
    organisation.name, organisation.folded_name = name, fold(name)
    organisation.registration_number, organisation.country = registration_number, country
    organisation.save()
    _recorded(by, "organisation.changed", organisation)
    return organisation


@transaction.atomic
def add_function(*, by: Actor, organisation: Organisation, name_fr: str, name_en: str = "") -> Function:
    """A function of this company only, beside the shared list."""
    code = own_code(name_fr)
    taken = {fold(word) for row in Function.objects.filter(organisation=None) for word in (row.name_fr, row.name_en)}
    if fold(name_fr) in taken or Function.objects.filter(organisation=organisation, code=code).exists():
        raise Refused(_("This function is already in the list. Choose it there."))
    made = Function.objects.create(
        organisation=organisation, code=code, name_fr=name_fr, name_en=name_en or name_fr, rank=200
    )
    _recorded(by, "function.added", organisation, subject=str(made))
    return made


def _refuse_taken_name(name: str) -> None:
    if not fold(name):
        raise Refused(_("Write the name of the company in letters or digits."))
    if Organisation.objects.filter(folded_name=fold(name)).exists():
        raise Refused(
            _("A company with this name is already listed. Choose it in the list, or add its city to the name.")
        )


def _recorded(by: Actor, action: str, organisation: Organisation, subject: str = "") -> None:
    record(
        by=by,
        action=action,
        subject=subject or organisation.name,
        audience=Audience.ORGANISATION,
        organisation_key=organisation.key,
    )

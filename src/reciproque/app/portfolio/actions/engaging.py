"""The decision to engage a partner: a relationship is opened, the reasons of the day are kept, nobody is told."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.directory.actions import add_member, create_organisation, create_relationship
from reciproque.app.directory.models import Membership, Organisation
from reciproque.app.directory.names import fold
from reciproque.app.portfolio.actions.common import log
from reciproque.app.portfolio.models import Engagement, Partner
from reciproque.app.portfolio.queries.sheet import reasons
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import Side


@transaction.atomic
def engage_partner(*, by: Actor, partner: Partner, reason: str, perimeter: str = "") -> Engagement:
    """Open the relationship. Whoever decides becomes a member of it on the own side; sponsors are named later."""
    standing = Partner.objects.select_for_update().get(pk=partner.pk)
    if standing.merged_into_id or standing.archived_at:
        raise Refused(_("This partner is merged or put away. Take it back first."))
    if standing.relationship_id:
        raise Refused(_("This partner is already engaged. Open its relationship from its page."))
    own, other = partner.portfolio.organisation, _company(by, partner)
    client, supplier = (own, other) if partner.portfolio.chair == Side.CLIENT else (other, own)
    facts = reasons(partner)
    relationship = create_relationship(
        by=by, client=client, supplier=supplier, perimeter=perimeter, is_demo=partner.portfolio.is_demo
    )
    if by.account is not None:
        add_member(
            by=by,
            relationship=relationship,
            email=by.account.email,
            name=by.name,
            role=Membership.Role.MEMBER,
            side=partner.portfolio.chair,
            organisation=own,
        )
    partner.relationship = relationship
    partner.save(update_fields=["relationship"])
    made = Engagement.objects.create(
        partner=partner,
        relationship=relationship,
        reason=reason,
        facts=facts,
        decided_by_name=by.name[:160],
        decided_at=clock.now(),
    )
    log(by, "partner.engaged", partner.portfolio, partner.name)
    return made


def _company(by: Actor, partner: Partner) -> Organisation:
    """The company of that name or number, added to the directory if it is not there yet."""
    found = Organisation.objects.filter(folded_name=fold(partner.name)).first()
    if found is None and partner.siren:
        found = Organisation.objects.filter(registration_number=partner.siren).first()
    return found or create_organisation(
        by=by, name=partner.name, registration_number=partner.siren or partner.vat, country=partner.country or "FR"
    )

"""The letter that brings a short link to a key person. Its text, link included, is made when it leaves."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reciproque.app.network.access import living_links
from reciproque.app.network.models import TieLink
from reciproque.app.network.tokens import address_of, hashed, secret_of
from reciproque.app.survey.mail.letters import Letter
from reciproque.app.survey.mail.makers import MAKERS
from reciproque.app.survey.models import OutboxMail


def ties(mail: OutboxMail) -> Letter | None:
    """Nothing for a link that was closed meanwhile, nor to invented people of a demonstration."""
    link = living_links().filter(key=mail.data.get("link", "")).first()
    if link is None or link.person.email.lower() != mail.recipient.lower():
        return None
    if link.relationship.is_demo and "smtp" in settings.EMAIL_BACKEND:
        return None
    secret = secret_of(link.key)
    return letter(link, address_of(secret)) if hashed(secret) == link.token_hash else None


def letter(link: TieLink, address: str) -> Letter:
    relationship = link.relationship
    own, other = relationship.organisation(link.side), relationship.organisation(link.other_side)
    names = {"own": own.name, "other": other.name}
    greeting = link.person.first_name
    return Letter(
        subject=_("With whom do you work at %(other)s?") % names,
        preview=_("Two minutes, no account."),
        greeting=_("Hello %(name)s,") % {"name": greeting} if greeting else _("Hello,"),
        companies=(relationship.client.name, relationship.supplier.name),
        paragraphs=(
            _(
                "%(own)s is drawing who works with whom between %(own)s and %(other)s. You know it best for yourself: "
                "confirm, correct or take out what your colleagues wrote, and add who is missing."
            )
            % names,
            _("Nothing is asked about what these ties are worth, and nobody is rated."),
        ),
        button=(_("See my ties"), address),
        facts=((_("Open until"), date_format(timezone.localtime(link.expires_at), "DATE_FORMAT")),),
        heading=_("Who will read it?"),
        promises=(
            _("You choose for each tie: %(own)s only, or both companies. The page says exactly who reads what.")
            % names,
        ),
        ending=(_("This link is yours alone: whoever has it can answer in your place. Please do not forward it."),),
    )


MAKERS[OutboxMail.Kind.TIES] = ties

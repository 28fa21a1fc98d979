"""What the letters of a workshop say, made when they leave, so that no link is ever stored."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reciproque.app.dialogue import urn
from reciproque.app.dialogue.models import Minutes, Participant, Session
from reciproque.app.dialogue.queries.files import minutes_pdf
from reciproque.app.dialogue.states import PHONES_WORK
from reciproque.app.survey.mail.letters import Code, Letter
from reciproque.app.survey.mail.makers import MAKERS
from reciproque.app.survey.mail.transport import Attachment
from reciproque.app.survey.models import OutboxMail


def link(mail: OutboxMail) -> Letter | None:
    """The own link of a participant; nothing for somebody who left, nor once the workshop is over."""
    found = (
        Participant.objects.filter(key=mail.data["participant"], left=False)
        .select_related("person", "session__relationship__client", "session__relationship__supplier")
        .first()
    )
    if found is None or found.session.state not in PHONES_WORK or _invented(found.session):
        return None
    try:
        signs, address = urn.signs_of(found), urn.link_of(found)
    except urn.KeyLost:
        return None
    session, names = found.session, _names(found.session)
    return Letter(
        subject=_("%(client)s and %(supplier)s: your link to the workshop") % names,
        preview=_("No account. Bring in sentences and vote in private, before the room."),
        greeting=_("Hello %(name)s,") % {"name": found.person.first_name if found.person else found.name},
        companies=(names["client"], names["supplier"]),
        paragraphs=(
            _("%(client)s and %(supplier)s will talk together about what divides them and what is left unsaid.")
            % names,
            _("With this link you bring in sentences without your name, vote in private, and take part in the room."),
        ),
        button=(_("Open my workshop"), address),
        code=Code(
            _("If the button does not work, open %(address)s and paste this code:")
            % {"address": settings.BASE_URL + reverse("phone")},
            signs,
        ),
        facts=((_("Workshop"), session.title), (_("Day and hour"), _moment(session.planned_at))),
        ending=(_("This link is yours alone: whoever has it can answer in your place. Please do not forward it."),),
    )


def minutes(mail: OutboxMail) -> Letter | None:
    """The frozen minutes: the same two files, in French and in English, for both sponsors at the same minute."""
    found = Minutes.objects.filter(session__key=mail.data["session"]).exclude(digest="").first()
    account = mail.account
    if found is None or account is None or not account.is_active or _invented(found.session):
        return None
    session, names = found.session, _names(found.session)
    return Letter(
        subject=_("%(client)s and %(supplier)s: the minutes of your workshop") % names,
        preview=_("Both sponsors receive the same files at the same minute."),
        greeting=_("Hello %(name)s,") % {"name": account},
        companies=(names["client"], names["supplier"]),
        paragraphs=(
            _("The five working days are over: the minutes of “%(title)s” are frozen.") % {"title": session.title},
            _("Whoever doubts a copy can compare its fingerprint with this one."),
        ),
        button=(_("Read the minutes"), settings.BASE_URL + reverse("workshop-minutes", args=[session.key])),
        facts=((_("Fingerprint"), found.digest),),
        attachments=tuple(
            Attachment(f"minutes-{session.key}-{language}.pdf", "application/pdf", minutes_pdf(found, language))
            for language in ("fr", "en")
        ),
    )


def _names(session: Session) -> dict[str, str]:
    return {"client": session.relationship.client.name, "supplier": session.relationship.supplier.name}


def _invented(session: Session) -> bool:
    """The people of the demonstration have no mailbox: nothing leaves for them through a real server."""
    return session.relationship.is_demo and "smtp" in settings.EMAIL_BACKEND


def _moment(moment: object) -> str:
    return date_format(timezone.localtime(moment), pgettext("date and hour, Django format", "j F Y, H:i"))  # type: ignore[arg-type]


MAKERS[OutboxMail.Kind.WORKSHOP] = link
MAKERS[OutboxMail.Kind.MINUTES] = minutes

"""What the letters about promises say, made when they leave: the same words for both owners, at the same minute."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reciproque.app.commitments import access, calendars
from reciproque.app.commitments.access import Chair, exposed_for
from reciproque.app.commitments.models import Commitment, State
from reciproque.app.commitments.queries.ledger import open_promises
from reciproque.app.commitments.queries.words import day, stand
from reciproque.app.directory.models import Account, Membership, Relationship
from reciproque.app.shared import clock
from reciproque.app.survey.mail.letters import Letter
from reciproque.app.survey.mail.makers import MAKERS
from reciproque.app.survey.mail.transport import Attachment
from reciproque.app.survey.models import OutboxMail

LISTED = 12


# ---------------------------------------------------------------- to the two owners
def reminder(mail: OutboxMail) -> Letter | None:
    """About one date of one promise; nothing once it was said what became of it, or for somebody who left it."""
    account = mail.account
    commitment = access.promises().prefetch_related("changes").filter(pk=mail.data["commitment"]).first()
    if account is None or not account.is_active or commitment is None or commitment.state != State.OPEN:
        return None
    if not access.owned_side(commitment, account) or mail.data["date"] != _date_of(commitment, mail.data["moment"]):
        return None
    if mail.data["moment"] == "step" and commitment.first_step_done_on:
        return None
    subject, sentence = _words(commitment, mail.data["moment"])
    names = {"client": commitment.relationship.client.name, "supplier": commitment.relationship.supplier.name}
    return Letter(
        subject=subject % names,
        preview=_("The same message, at the same minute, for the owners on both sides."),
        greeting=_greeting(account),
        companies=(str(names["client"]), str(names["supplier"])),
        paragraphs=(sentence, _("“%(what)s”") % {"what": commitment.what}),
        button=(_("Open the promise"), settings.BASE_URL + reverse("commitment", args=[commitment.key])),
        facts=(
            (_("First step"), f"{commitment.first_step} ({day(commitment.first_step_by)})"),
            (_("Date"), day(commitment.due_on)),
            (_("Expected proof"), commitment.proof),
            (str(names["client"]), str(commitment.owner_client or _("to be named"))),
            (str(names["supplier"]), str(commitment.owner_supplier or _("to be named"))),
        ),
        attachments=(_dates(commitment),),
    )


def _date_of(commitment: Commitment, moment: str) -> str:
    return (commitment.first_step_by if moment == "step" else commitment.due_on).isoformat()


def _words(commitment: Commitment, moment: str) -> tuple[str, str]:
    dates = {"step": day(commitment.first_step_by), "due": day(commitment.due_on)}
    said = {
        "step": (
            _("%(client)s and %(supplier)s: a first step, today"),
            _("The first step of this promise was to be taken before %(step)s. Has it been? Say so on its page."),
        ),
        "week": (
            _("%(client)s and %(supplier)s: a promise comes due in a week"),
            _(
                "This promise comes due on %(due)s. If it will slip, now is the time to say so: "
                "before the date, the terms can still be changed by both."
            ),
        ),
        "after": (
            _("%(client)s and %(supplier)s: the date of a promise has passed"),
            _("The date of this promise was %(due)s. Say what became of it: kept, kept late, or not kept."),
        ),
    }
    subject, sentence = said[moment]
    return subject, sentence % dates


def _dates(commitment: Commitment) -> Attachment:
    return Attachment(f"{commitment.key}.ics", "text/calendar", calendars.calendar([commitment]))


# ---------------------------------------------------------------- to both sponsors
def digest(mail: OutboxMail) -> Letter | None:
    """The promises in progress of one relationship: the same list for both sponsors."""
    account = mail.account
    rows = Relationship.objects.filter(pk=mail.data["relationship"]).select_related("client", "supplier")
    relationship = rows.first()
    if account is None or not account.is_active or relationship is None or not _still_sponsor(account, relationship):
        return None
    promises = open_promises(relationship)
    if not promises:
        return None
    today = clock.today()
    late = sum(promise.is_overdue(today) for promise in promises)
    names = {"client": relationship.client.name, "supplier": relationship.supplier.name}
    return Letter(
        subject=_("%(client)s and %(supplier)s: the words given, this week") % names,
        preview=_("The same list, at the same minute, for both sponsors."),
        greeting=_greeting(account),
        companies=(str(names["client"]), str(names["supplier"])),
        paragraphs=(_in_progress(len(promises), late), *_exposed(account, relationship)),
        button=(_("Open the ledger"), settings.BASE_URL + reverse("commitments", args=[relationship.key])),
        facts=tuple(
            (f"{promise.what}", f"{one.word}, {one.detail}")
            for promise in promises[:LISTED]
            if (one := stand(promise, today))
        ),
    )


def _in_progress(number: int, late: int) -> str:
    said = ngettext("%(count)s promise is in progress.", "%(count)s promises are in progress.", number)
    text = said % {"count": number}
    if late:
        overdue = ngettext("%(count)s promise is overdue.", "%(count)s promises are overdue.", late)
        text += " " + overdue % {"count": late}
    return text


def _exposed(account: Account, relationship: Relationship) -> tuple[str, ...]:
    """How many people of the reader's own company are exposed: a number, and no name in a mail."""
    membership = Membership.objects.filter(account=account, relationship=relationship).first()
    chair = Chair(relationship, membership) if membership else None
    number = exposed_for(chair).count() if chair and chair.exposes else 0
    if not number:
        return ()
    said = ngettext(
        "Only your company reads this line: a late or broken word exposes %(count)s person who defended this partner. "
        "The ledger says who, and what is owed.",
        "Only your company reads this line: late or broken words expose %(count)s people who defended this partner. "
        "The ledger says who, and what is owed.",
        number,
    )
    return (said % {"count": number},)


def _still_sponsor(account: Account, relationship: Relationship) -> bool:
    return Membership.objects.filter(account=account, relationship=relationship, role=Membership.Role.SPONSOR).exists()


def _greeting(account: Account) -> str:
    return _("Hello %(name)s,") % {"name": account.name} if account.name else _("Hello,")


MAKERS[OutboxMail.Kind.PROMISE] = reminder
MAKERS[OutboxMail.Kind.DIGEST] = digest

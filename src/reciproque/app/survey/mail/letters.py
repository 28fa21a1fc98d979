"""What each letter says, in the active language. A letter is data: one template shows it as HTML, one as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reciproque.app.directory.models import Account, Membership, Relationship
from reciproque.app.shared.vocabulary import Side
from reciproque.app.survey.mail.transport import Attachment
from reciproque.app.survey.models import Invitation, Wave


@dataclass(frozen=True)
class Code:
    """Another way in, without the link: an address to type and 26 signs to paste."""

    says: str
    value: str


@dataclass(frozen=True)
class Letter:
    """The text for one person."""

    subject: str
    preview: str
    greeting: str
    paragraphs: tuple[str, ...]
    companies: tuple[str, str] | None = None
    warning: str = ""
    button: tuple[str, str] | None = None
    code: Code | None = None
    facts: tuple[tuple[str, str], ...] = ()
    heading: str = ""
    promises: tuple[str, ...] = ()
    ending: tuple[str, ...] = field(default=())
    attachments: tuple[Attachment, ...] = ()


# ---------------------------------------------------------------- To the people who answer
def invitation(invitation: Invitation, code: str) -> Letter:
    wave, names = invitation.wave, _names(invitation.wave.relationship)
    return Letter(
        subject=_("%(client)s and %(supplier)s ask for your view") % names,
        preview=_("Nine minutes at most, no account, sealed answers."),
        greeting=_greeting(invitation.person.first_name),
        companies=_companies(wave),
        warning=_warning(wave),
        paragraphs=(
            _(
                "%(client)s and %(supplier)s have decided together to look at how they work with each other. "
                "People of both companies answer the same questions, and both companies will read the results "
                "at the same minute."
            )
            % names,
            _("You know this relationship from the inside: that is why you are asked.") + _perimeter(wave),
        ),
        button=(_("Give my view"), link(code)),
        code=_code(code),
        facts=((_("Time needed"), _duration(wave)), (_("Answers until"), _when(wave.closes_at))),
        heading=_("Who will read your answers?"),
        promises=_promises(),
        ending=_ending(invitation),
    )


def reminder(invitation: Invitation, code: str) -> Letter:
    wave, names = invitation.wave, _names(invitation.wave.relationship)
    return Letter(
        subject=_("%(client)s and %(supplier)s: your view is still welcome") % names,
        preview=_("Answers until %(date)s.") % {"date": _when(wave.closes_at)},
        greeting=_greeting(invitation.person.first_name),
        companies=_companies(wave),
        warning=_warning(wave),
        paragraphs=(
            _(
                "A few days ago we asked for your view of how %(client)s and %(supplier)s work together. "
                "There is still time to give it, and you are free not to."
            )
            % names,
            _("This message left by itself. No screen shows who receives it or who has answered."),
        ),
        button=(_("Give my view"), link(code)),
        code=_code(code),
        facts=((_("Time needed"), _duration(wave)), (_("Answers until"), _when(wave.closes_at))),
        heading=_("Who will read your answers?"),
        promises=_promises(),
        ending=_ending(invitation),
    )


def link_again(invitation: Invitation, code: str) -> Letter:
    wave, names = invitation.wave, _names(invitation.wave.relationship)
    return Letter(
        subject=_("Your link to answer about %(client)s and %(supplier)s") % names,
        preview=_("The same link as in your invitation."),
        greeting=_greeting(invitation.person.first_name),
        companies=_companies(wave),
        warning=_warning(wave),
        paragraphs=(
            _("Someone, most likely you, asked for this link to be sent again. It is the same as the first one."),
            _("If it was not you, there is nothing to do: an answer already given stays as it is."),
        ),
        button=(_("Give my view"), link(code)),
        code=_code(code),
        facts=((_("Answers until"), _when(wave.closes_at)),),
        ending=_ending(invitation),
    )


# ---------------------------------------------------------------- To sponsors and members
def closed(wave: Wave, account: Account) -> Letter:
    names = _names(wave.relationship)
    return Letter(
        subject=_("%(client)s and %(supplier)s: the urn waits for both phrases") % names,
        preview=_("Both sponsors receive this message at the same minute."),
        greeting=_greeting(account.name),
        companies=_companies(wave),
        warning=_warning(wave),
        paragraphs=(
            _("Answers are closed, and the urn is sealed. Nobody has read anything yet."),
            _(
                "It opens when each of the two sponsors has typed the opening phrase, in any order, at any time. "
                "Until both have, a phrase alone opens nothing. "
                "Both companies then read the same page at the same minute."
            ),
        ),
        button=(_("Type my opening phrase"), _url("wave-open", wave.key)),
        ending=(_("If you no longer have your phrase, that of your deputy, if there is one, opens the same lock."),),
    )


def opened(wave: Wave, account: Account) -> Letter:
    names = _names(wave.relationship)
    return Letter(
        subject=_("%(client)s and %(supplier)s: both views can be read") % names,
        preview=_("Open for both companies since the same minute."),
        greeting=_greeting(account.name),
        companies=_companies(wave),
        warning=_warning(wave),
        paragraphs=(
            _("Both keys have turned: the reading has been open to both companies since the same minute."),
            _("This message carries no figure. The page says what is known, and what cannot be told yet."),
        ),
        button=(_("Read both views"), _url("reading", wave.key)),
    )


def log_head(account: Account, *, fingerprint: str) -> Letter:
    return Letter(
        subject=_("The log of your relationships: its fingerprint today"),
        preview=_("Keep this message: it makes the past unchangeable."),
        greeting=_greeting(account.name),
        paragraphs=(
            _(
                "Every change is written to a log in which each record carries the fingerprint of the one before. "
                "There are new lines since the last message. Keep this one: "
                "if somebody rewrote the past, this fingerprint would no longer fit."
            ),
            _("Whoever runs the installation can check it with: %(command)s")
            % {"command": f"reciproque audit verify --head {fingerprint}"},
        ),
        facts=((_("Fingerprint"), fingerprint),),
        ending=(
            _(
                "This fingerprint is that of the last line that you can read: "
                "its first eight signs stand beside that line."
            ),
        ),
    )


def account_invitation(membership: Membership) -> Letter:
    names = _names(membership.relationship)
    role = Membership.Role(membership.role).label
    return Letter(
        subject=_("%(client)s and %(supplier)s: your access to Réciproque") % names,
        preview=_("Sign in with this e-mail address."),
        greeting=_greeting(membership.account.name),
        companies=(membership.relationship.client.name, membership.relationship.supplier.name),
        paragraphs=(
            _(
                "%(client)s and %(supplier)s are about to look together at how they work with each other, "
                "and each will learn what the other sees at the same minute."
            )
            % names,
            _("You take part in it as: %(role)s. Sign in with this e-mail address: a code will be sent to you.")
            % {"role": str(role).lower()},
        ),
        button=(_("Sign in"), _url("account_request_login_code")),
        ending=(_("If you know nothing about this, do nothing: no answer is expected from this address."),),
    )


def test(account: Account) -> Letter:
    return Letter(
        subject=_("Réciproque: test message"),
        preview=_("The mail server works."),
        greeting=_greeting(account.name),
        paragraphs=(
            _("This message arrived: the mail server accepts what Réciproque sends. There is nothing else to do."),
        ),
    )


# ---------------------------------------------------------------- Pieces
def link(code: str) -> str:
    """The token stands after the #, which browsers never send to a server."""
    return f"{settings.BASE_URL}/r#{code}"


def _url(name: str, *arguments: str) -> str:
    return settings.BASE_URL + reverse(name, args=arguments)


def _code(code: str) -> Code:
    host = urlsplit(settings.BASE_URL).netloc
    return Code(
        _("If the button does not work, open %(address)s and paste this code:") % {"address": f"{host}/r"}, code
    )


def _names(relationship: Relationship) -> dict[str, str]:
    return {"client": relationship.client.name, "supplier": relationship.supplier.name}


def _companies(wave: Wave) -> tuple[str, str]:
    return (wave.relationship.client.name, wave.relationship.supplier.name)


def _greeting(name: str) -> str:
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")


def _perimeter(wave: Wave) -> str:
    perimeter = wave.relationship.perimeter
    return " " + _("It is about: %(perimeter)s.") % {"perimeter": perimeter} if perimeter else ""


def _duration(wave: Wave) -> str:
    return (
        _("about three minutes")
        if wave.form == Wave.Form.PULSE
        else _("five to nine minutes, on a phone or a computer")
    )


def _when(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), pgettext("date and hour, Django format", "j F Y, H:i"))


def _warning(wave: Wave) -> str:
    if wave.level == Wave.Level.DEMO:
        return _("Demonstration: this urn is opened by the server’s own key. Not for real answers.")
    return ""


def _promises() -> tuple[str, ...]:
    return (
        _(
            "Nobody reads them one by one: they are sealed when you hand them in, and it takes the keys of both "
            "companies to open the urn, which lets out only figures about groups and the texts you agree to share."
        ),
        _("What this does not protect from is said plainly before the first question."),
    )


def _ending(invitation: Invitation) -> tuple[str, ...]:
    parts = [_("This link is yours alone: whoever has it can answer in your place. Please do not forward it.")]
    contact = contact_of(invitation.wave.relationship, invitation.side)
    if contact:
        parts.append(
            _("A question? %(name)s can answer: %(email)s.")
            % {"name": contact.name or contact.email, "email": contact.email}
        )
    return tuple(parts)


def contact_of(relationship: Relationship, side: str) -> Account | None:
    """Whom to ask: the neutral facilitator, else the sponsor of one's own side."""
    members = Membership.objects.filter(relationship=relationship).select_related("account")
    neutral = members.filter(role=Membership.Role.FACILITATOR, side="neutral").first()
    found = neutral or members.filter(role=Membership.Role.SPONSOR, side=Side(side)).first()
    return found.account if found else None

"""What a sponsor or a neutral facilitator may follow of the mails of a wave: invitations, never reminders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from reciproque.app.shared.models import ScheduledJob
from reciproque.app.shared.worker import living
from reciproque.app.survey.mail import transport
from reciproque.app.survey.models import Invitation, MailCheck, OutboxMail, Wave, WaveState

Kind, State = OutboxMail.Kind, OutboxMail.State
PER_PAGE = 50
SENDING_JOB = "send mails"


@dataclass(frozen=True)
class Line:
    """One person asked, and how far the invitation got."""

    person_key: str
    name: str
    email: str
    side: str
    state: str
    says: str
    reason: str
    mail_key: str


@dataclass(frozen=True)
class SideCount:
    side: str
    company: str
    asked: int
    sent: int
    waiting: int
    refused: int

    @property
    def mailed(self) -> int:
        """How many invitations were made into mails, whatever became of them."""
        return self.sent + self.waiting + self.refused


@dataclass(frozen=True)
class Post:
    """Whether mails can leave at all."""

    is_set: bool
    checked: bool
    by_hand: bool
    demo: bool
    trouble: str

    @property
    def ready(self) -> bool:
        return self.demo or self.by_hand or self.checked


def post_of(wave: Wave) -> Post:
    return Post(
        is_set=transport.is_set(),
        checked=_checked(),
        by_hand=wave.links_by_hand,
        demo=settings.DEMO,
        trouble=_trouble(),
    )


def mail_ready(wave: Wave) -> bool:
    """Whether the wave may open: a test message left with the present settings, or links are handed out by hand."""
    return bool(settings.DEMO or settings.SIMULATE or wave.links_by_hand or _checked())


def _checked() -> bool:
    if not transport.is_set():
        return False
    if "smtp" not in settings.EMAIL_BACKEND:
        return True
    return MailCheck.objects.filter(id=1, settings_digest=transport.settings_digest()).exists()


def _trouble() -> str:
    """Why mails do not leave just now, in words; "" when nothing is wrong."""
    if not living():
        return _("No worker is running: mails wait. Whoever runs this installation starts it with: reciproque worker")
    reason = ScheduledJob.objects.filter(name=SENDING_JOB).values_list("last_error", flat=True).first()
    return transport.explain(reason) if reason else ""


def counts_of(wave: Wave, sides: Collection[str]) -> list[SideCount]:
    sent, waiting, refused = (Q(mail_state__in=states) for states in (("sent",), ("queued", "sending"), ("refused",)))
    rows = (
        _invitations(wave, sides)
        .order_by()
        .values("side")
        .annotate(
            asked=Count("pk"),
            sent=Count("pk", filter=sent),
            waiting=Count("pk", filter=waiting),
            refused=Count("pk", filter=refused),
        )
    )
    return [
        SideCount(company=wave.relationship.organisation(row["side"]).name, **row)
        for row in sorted(rows, key=lambda r: r["side"])
    ]


def lines_of(wave: Wave, sides: Collection[str], number: str | None) -> tuple[Page[Invitation], list[Line]]:
    """One page of the list, by side then by name."""
    page = Paginator(_invitations(wave, sides).order_by("side", "person__folded_name", "pk"), PER_PAGE).get_page(number)
    return page, [_line(wave, invitation) for invitation in page.object_list]


def _invitations(wave: Wave, sides: Collection[str]) -> QuerySet[Invitation]:
    mail = OutboxMail.objects.filter(invitation=OuterRef("pk"), kind=Kind.INVITATION)
    return wave.invitations.filter(side__in=sides).select_related("person").annotate(
        mail_state=Subquery(mail.values("state")[:1]),
        mail_error=Subquery(mail.values("last_error")[:1]),
        mail_key=Subquery(mail.values("key")[:1]),
    )  # fmt: skip


def _line(wave: Wave, invitation: Invitation) -> Line:
    state, error, key = (getattr(invitation, f"mail_{name}") or "" for name in ("state", "error", "key"))
    return Line(
        person_key=invitation.person.key,
        name=str(invitation.person),
        email=invitation.person.email,
        side=invitation.side,
        state=state,
        says=_says(wave, invitation, state),
        reason=transport.explain(error) if error and state in (State.QUEUED, State.REFUSED) else "",
        mail_key=key,
    )


def _says(wave: Wave, invitation: Invitation, state: str) -> str:
    if state:
        return str(State(state).label)
    if not invitation.person.email:
        return _("No e-mail address")
    if wave.links_by_hand:
        return _("By hand")
    return _("Not yet") if wave.state in (WaveState.DRAFT, WaveState.SEALING) else _("No mail")

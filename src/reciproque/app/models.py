"""The index of every table."""

from reciproque.app.directory.models import (
    Account,
    Function,
    KeyList,
    KeyPerson,
    Membership,
    Organisation,
    Person,
    Post,
    Relationship,
)
from reciproque.app.network.models import Contact, Declaration, ExpectedPair, WebState
from reciproque.app.portfolio.models import (
    Amount,
    Delivery,
    Engagement,
    Partner,
    Portfolio,
    RankedPartner,
    Ranking,
    Score,
    Weighting,
)
from reciproque.app.reading.models import Publication, PublishedFigure, PublishedText
from reciproque.app.shared.models import AuditHead, AuditRecord, ScheduledJob, WorkerBeat
from reciproque.app.survey.models import (
    Invitation,
    MailCheck,
    OutboxMail,
    SealingKey,
    Wave,
    WrappedHalf,
)
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn

__all__ = [
    "Account",
    "Amount",
    "AuditHead",
    "AuditRecord",
    "Ballot",
    "Contact",
    "Declaration",
    "Delivery",
    "Engagement",
    "ExpectedPair",
    "Function",
    "Invitation",
    "KeyList",
    "KeyPerson",
    "MailCheck",
    "Membership",
    "Organisation",
    "OutboxMail",
    "Partner",
    "Person",
    "Portfolio",
    "Post",
    "Publication",
    "PublishedFigure",
    "PublishedText",
    "RankedPartner",
    "Ranking",
    "Relationship",
    "ScheduledJob",
    "Score",
    "SealedBallot",
    "SealingKey",
    "ShutUrn",
    "Wave",
    "WebState",
    "Weighting",
    "WorkerBeat",
    "WrappedHalf",
]

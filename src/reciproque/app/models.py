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
    "AuditHead",
    "AuditRecord",
    "Ballot",
    "Contact",
    "Declaration",
    "ExpectedPair",
    "Function",
    "Invitation",
    "KeyList",
    "KeyPerson",
    "MailCheck",
    "Membership",
    "Organisation",
    "OutboxMail",
    "Person",
    "Post",
    "Publication",
    "PublishedFigure",
    "PublishedText",
    "Relationship",
    "ScheduledJob",
    "SealedBallot",
    "SealingKey",
    "ShutUrn",
    "Wave",
    "WebState",
    "WorkerBeat",
    "WrappedHalf",
]

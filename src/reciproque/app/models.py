"""The index of every table."""

from reciproque.app.directory.models import Account, Function, Membership, Organisation, Person, Post, Relationship
from reciproque.app.reading.models import Publication, PublishedFigure, PublishedText
from reciproque.app.shared.models import AuditHead, AuditRecord
from reciproque.app.survey.models import (
    Invitation,
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
    "Function",
    "Invitation",
    "Membership",
    "Organisation",
    "OutboxMail",
    "Person",
    "Post",
    "Publication",
    "PublishedFigure",
    "PublishedText",
    "Relationship",
    "SealedBallot",
    "SealingKey",
    "ShutUrn",
    "Wave",
    "WrappedHalf",
]

"""What every action of the portfolio leaves behind: a record that the own company alone reads."""

from __future__ import annotations

from typing import Any

from reciproque.app.portfolio.models import Portfolio
from reciproque.app.shared.audit import Actor, record
from reciproque.app.shared.vocabulary import Audience


def log(by: Actor, action: str, portfolio: Portfolio, subject: str, data: dict[str, Any] | None = None) -> None:
    record(
        by=by,
        action=action,
        subject=subject,
        audience=Audience.ORGANISATION,
        organisation_key=portfolio.organisation.key,
        data=data,
    )

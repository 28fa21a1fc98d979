"""The accounts that somebody looks after, as the screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from reciproque.app.directory.access import accounts_kept_by
from reciproque.app.directory.models import Account, Membership


@dataclass(frozen=True)
class AccountRow:
    """One account: whose, of which company, with which roles, and whether it opens."""

    key: str
    name: str
    email: str
    company: str
    roles: tuple[str, ...]
    active: bool
    last_login: datetime | None


def accounts(reader: Account) -> list[AccountRow]:
    seats = Membership.objects.select_related("relationship__client", "relationship__supplier")
    found = accounts_kept_by(reader).select_related("organisation").prefetch_related(Prefetch("memberships", seats))
    return [account_row(account) for account in found]


def account_row(account: Account) -> AccountRow:
    return AccountRow(
        key=account.key,
        name=str(account),
        email=account.email,
        company=str(account.organisation or ""),
        roles=tuple(f"{seat.get_role_display()}, {seat.relationship}" for seat in account.memberships.all()),
        active=account.is_active,
        last_login=account.last_login,
    )

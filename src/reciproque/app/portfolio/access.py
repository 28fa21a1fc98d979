"""Fetch-and-check: a portfolio belongs to one company, and its accounts alone know that it exists."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from reciproque.app.directory.access import organisations_kept_by
from reciproque.app.directory.models import Account, Organisation
from reciproque.app.portfolio.models import Partner, Portfolio, Ranking


def organisation_of(account: Account) -> Organisation:
    """The company in whose name the account keeps a portfolio; a third party and the host keep none."""
    if account.organisation is None:
        raise Http404
    return account.organisation


def may_invite(account: Account) -> bool:
    """Who looks after the list of people of a company may also give its colleagues an account."""
    if account.organisation_id is None:
        return False
    return organisations_kept_by(account).filter(pk=account.organisation_id).exists()


def require_may_invite(account: Account) -> None:
    if not may_invite(account):
        raise Http404


def portfolios_for(account: Account) -> QuerySet[Portfolio]:
    if account.organisation_id is None:
        return Portfolio.objects.none()
    return Portfolio.objects.filter(organisation_id=account.organisation_id).select_related("organisation")


def portfolio_for(account: Account, key: str) -> Portfolio:
    found = portfolios_for(account).filter(key=key).first()
    if found is None:
        raise Http404
    return found


def partner_for(account: Account, key: str) -> Partner:
    """A partner of one's own company's portfolios, merged and archived ones included."""
    found = (
        Partner.objects.filter(key=key, portfolio__in=portfolios_for(account))
        .select_related("portfolio__organisation", "merged_into", "relationship")
        .first()
    )
    if found is None:
        raise Http404
    return found


def ranking_for(portfolio: Portfolio, key: str) -> Ranking:
    found = portfolio.rankings.filter(key=key).first()
    if found is None:
        raise Http404
    return found

"""Portfolios and their partners: created, corrected, put away and taken back."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.directory.models import Organisation
from reciproque.app.portfolio.actions.common import log
from reciproque.app.portfolio.models import Partner, Portfolio
from reciproque.app.portfolio.names import matched_name
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused


@transaction.atomic
def create_portfolio(
    *,
    by: Actor,
    organisation: Organisation,
    name: str,
    chair: str,
    currency: str = "EUR",
    capacity: int = 9,
    is_demo: bool = False,
) -> Portfolio:
    _refuse_name(organisation, name)
    made = Portfolio.objects.create(
        organisation=organisation,
        name=name,
        chair=chair,
        currency=currency,
        capacity=capacity,
        is_demo=is_demo,
        created_at=clock.now(),
    )
    log(by, "portfolio.created", made, made.name)
    return made


@transaction.atomic
def change_portfolio(*, by: Actor, portfolio: Portfolio, name: str, capacity: int) -> Portfolio:
    """Another name, another capacity. Rankings already computed keep theirs."""
    _refuse_name(portfolio.organisation, name, but=portfolio)
    portfolio.name, portfolio.capacity = name, capacity
    portfolio.save(update_fields=["name", "capacity"])
    log(by, "portfolio.changed", portfolio, name, {"capacity": capacity})
    return portfolio


def _refuse_name(organisation: Organisation, name: str, but: Portfolio | None = None) -> None:
    others = Portfolio.objects.filter(organisation=organisation, name=name)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise Refused(_("Your company already has a portfolio of this name. Choose another name."))


@transaction.atomic
def add_partner(
    *,
    by: Actor,
    portfolio: Portfolio,
    name: str,
    code: str = "",
    siren: str = "",
    vat: str = "",
    country: str = "",
    category: str = "",
    note: str = "",
) -> Partner:
    _refuse_code(portfolio, code)
    made = Partner.objects.create(
        portfolio=portfolio,
        name=name,
        matched_name=matched_name(name),
        code=code,
        siren=siren,
        vat=vat,
        country=country,
        category=category,
        note=note,
    )
    log(by, "partner.added", portfolio, name)
    return made


@transaction.atomic
def change_partner(*, by: Actor, partner: Partner, **changes: str) -> Partner:
    """Correct what identifies a partner. ``changes``: name, code, siren, vat, country, category, note."""
    _refuse_code(partner.portfolio, changes.get("code", ""), but=partner)
    for field, value in changes.items():
        setattr(partner, field, value)
    partner.matched_name = matched_name(partner.name)
    partner.save()
    log(by, "partner.changed", partner.portfolio, partner.name)
    return partner


def _refuse_code(portfolio: Portfolio, code: str, but: Partner | None = None) -> None:
    others = Partner.objects.filter(portfolio=portfolio, code=code) if code else Partner.objects.none()
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise Refused(_("Another partner already has this code. Correct one of the two."))


@transaction.atomic
def archive_partner(*, by: Actor, partner: Partner) -> None:
    """Put away: out of lists and rankings to come; amounts, scores and past rankings stay."""
    partner.archived_at = clock.now()
    partner.save(update_fields=["archived_at"])
    log(by, "partner.archived", partner.portfolio, partner.name)


@transaction.atomic
def restore_partner(*, by: Actor, partner: Partner) -> None:
    partner.archived_at = None
    partner.save(update_fields=["archived_at"])
    log(by, "partner.restored", partner.portfolio, partner.name)

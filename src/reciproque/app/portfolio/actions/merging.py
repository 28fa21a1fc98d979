"""Two rows that are one company: merged, told apart, and both undone."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.portfolio.actions.common import log
from reciproque.app.portfolio.models import Partner, Portfolio
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused


@transaction.atomic
def merge_partners(*, by: Actor, into: Partner, partners: Sequence[Partner]) -> None:
    """Amounts and scores of ``partners`` count for ``into`` from now on; every row stays as it is."""
    others = [one for one in partners if one.pk != into.pk]
    if not others or any(one.portfolio_id != into.portfolio_id for one in others):
        raise Refused(_("Choose at least two partners of the same portfolio."))
    if into.merged_into_id or any(one.merged_into_id for one in others):
        raise Refused(_("One of them is already merged. Undo that first."))
    if Partner.objects.filter(merged_into__in=others).exists():
        raise Refused(_("Others are merged into one of these. Keep that one as the main one."))
    Partner.objects.filter(pk__in=[one.pk for one in others]).update(merged_into=into)
    log(by, "partners.merged", into.portfolio, into.name, {"count": len(others)})


@transaction.atomic
def undo_merge(*, by: Actor, partner: Partner) -> None:
    """The partner stands on its own again, with its own amounts and scores."""
    if partner.merged_into is None:
        raise Refused(_("This partner is not merged into another."))
    into = partner.merged_into
    partner.merged_into = None
    partner.save(update_fields=["merged_into"])
    log(by, "partners.merge_undone", partner.portfolio, f"{partner.name} / {into.name}")


@transaction.atomic
def keep_apart(*, by: Actor, portfolio: Portfolio, group: str) -> None:
    """These look alike but are different companies: stop proposing them."""
    portfolio = Portfolio.objects.select_for_update().select_related("organisation").get(pk=portfolio.pk)
    if group not in portfolio.kept_apart:
        portfolio.kept_apart = [*portfolio.kept_apart, group]
        portfolio.save(update_fields=["kept_apart"])
        log(by, "partners.kept_apart", portfolio, portfolio.name)

"""Amounts in: upload, preview, confirm.

Between preview and confirmation the lines travel in the page itself, signed for this account and this portfolio and
compressed: the server keeps no copy of a file that nobody has confirmed, and a changed copy is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reciproque.app.directory import spreadsheet
from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.models import Account
from reciproque.app.directory.xlsx import BadFile
from reciproque.app.portfolio import access, amounts_file
from reciproque.app.portfolio.actions.imports import import_amounts
from reciproque.app.portfolio.amounts_file import EXPECTED, LABELS, Added, Defaults
from reciproque.app.portfolio.forms import AmountsForm, ColumnsForm, typed_rates
from reciproque.app.portfolio.models import Portfolio
from reciproque.app.portfolio.queries.imports import Plan, known_rates, plan_import
from reciproque.app.portfolio.queries.words import money
from reciproque.app.portfolio.views.common import page
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor

MAX_CARRIED = 5_600_000
HOURS = 3
SHOWN = 10
PROBLEMS_SHOWN = 60


@dataclass(frozen=True)
class Reading:
    """A file, how its columns are read, and what that would change."""

    table: spreadsheet.Table
    mapping: tuple[str, ...]
    file: Added
    rates: dict[str, Decimal]
    plan: Plan
    digest: str
    year: int
    direction: str


def portfolio_import(request: SignedIn, key: str) -> HttpResponse:
    """Choose a file; its preview is the answer."""
    found = access.portfolio_for(request.user, key)
    form = AmountsForm(request.POST or None, request.FILES or None, portfolio=found)
    if form.is_valid():
        upload, data = form.cleaned_data["file"], form.cleaned_data["file"].read()
        try:
            table = spreadsheet.read_table(upload.name, data, EXPECTED)
            mapping = spreadsheet.guess_mapping(table.headers, EXPECTED)
            defaults = {"year": form.cleaned_data["year"], "direction": form.cleaned_data["direction"]}
            digest = hashlib.sha256(data).hexdigest()
            return _preview(request, found, _read(found, table, mapping, known_rates(found), digest, **defaults))
        except BadFile as error:
            form.add_error("file", str(error))
    labels = [_(label) for label in LABELS.values()]
    return page(
        request,
        "portfolio/import.html",
        portfolio=found,
        form=form,
        labels=labels,
        deliveries=found.deliveries.all()[:10],
    )


def _read(
    portfolio: Portfolio,
    table: spreadsheet.Table,
    mapping: Sequence[str],
    rates: dict[str, Decimal],
    digest: str,
    *,
    year: int,
    direction: str,
) -> Reading:
    defaults = Defaults(year, direction, portfolio.currency, clock.today())
    file = amounts_file.add_up(table, mapping, defaults)
    plan = plan_import(portfolio, file, rates, digest)
    return Reading(table, tuple(mapping), file, rates, plan, digest, year, direction)


def _preview(request: SignedIn, portfolio: Portfolio, reading: Reading) -> HttpResponse:
    carried = {**spreadsheet.packed(reading.table), "digest": reading.digest}
    carried |= {"year": reading.year, "direction": reading.direction}
    content = signing.dumps(carried, salt=_salt(request.user, portfolio), compress=True)
    if len(content) > MAX_CARRIED:
        raise BadFile(_("This file holds too much text for one import. Cut it into several files."))
    foreign = [one for one in reading.file.currencies if one != portfolio.currency]
    form = ColumnsForm(
        headers=reading.table.headers, mapping=reading.mapping, content=content, currencies=foreign, rates=reading.rates
    )
    samples = [_sample(reading.table, index) for index in range(len(reading.table.headers))]
    largest = sorted(reading.plan.moves, key=lambda move: -abs(move.flow))[:SHOWN]
    context: dict[str, Any] = {
        "reading": reading,
        "form": form,
        "columns": list(zip(form.columns(), samples, strict=True)),
        "largest": [(move, [_amount(*row) for row in move.amounts.items()]) for move in largest],
        "undated": "amount" in reading.mapping and "date" not in reading.mapping,
        "without_rate": [one for one in foreign if one not in reading.rates],
        "problems": reading.file.problems[:PROBLEMS_SHOWN],
        "more_problems": max(len(reading.file.problems) - PROBLEMS_SHOWN, 0),
    }
    return page(request, "portfolio/import_preview.html", portfolio=portfolio, **context)


def _amount(key: tuple[int, str, str], amount: Decimal) -> str:
    year, _direction, currency = key
    return f"{year} : {money(amount, currency)}"


def _sample(table: spreadsheet.Table, index: int) -> str:
    cells = [cells[index] for _number, cells in table.rows[:200] if index < len(cells) and cells[index].strip()]
    return " · ".join(cell[:40] for cell in cells[:3])


def _salt(account: Account, portfolio: Portfolio) -> str:
    return f"portfolio.import:{account.key}:{portfolio.key}"


@require_POST
def portfolio_import_confirm(request: SignedIn, key: str) -> HttpResponse:
    """Read the carried lines again with the columns and rates as typed now: show the preview again, or write."""
    found = access.portfolio_for(request.user, key)
    try:
        carried = signing.loads(request.POST.get("content", ""), salt=_salt(request.user, found), max_age=HOURS * 3600)
        table = spreadsheet.unpacked(carried)
        digest, year, direction = str(carried["digest"]), int(carried["year"]), str(carried["direction"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        messages.error(request, _("This preview is too old, or was altered on the way. Choose the file again."))
        return redirect("portfolio-import", key)
    mapping = [_known_field(request.POST.get(f"column-{index}", "")) for index in range(len(table.headers))]
    rates = typed_rates(request.POST)
    if request.POST.get("do") == "import":
        file = amounts_file.add_up(table, mapping, Defaults(year, direction, found.currency, clock.today()))
        if file.totals:
            return _write(request, found, file, rates, digest, table.name)
    return _preview(request, found, _read(found, table, mapping, rates, digest, year=year, direction=direction))


def _known_field(name: str) -> str:
    return name if name in LABELS else ""


def _write(
    request: SignedIn, portfolio: Portfolio, file: Added, rates: dict[str, Decimal], digest: str, source: str
) -> HttpResponse:
    made = import_amounts(
        by=actor(request.user), portfolio=portfolio, file=file, rates=rates, digest=digest, source=source
    )
    sentence = _(
        "Imported: %(partners)s new partners; amounts: %(added)s added, %(changed)s replaced, %(unchanged)s unchanged; "
        "%(refused)s lines refused."
    )
    counts = {
        "partners": made.partners,
        "added": made.added,
        "changed": made.changed,
        "unchanged": made.unchanged,
        "refused": file.refused,
    }
    messages.success(request, sentence % counts)
    return redirect("portfolio", portfolio.key)

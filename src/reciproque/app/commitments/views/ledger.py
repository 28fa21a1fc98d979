"""The ledger of both companies, offering a promise, and files in and out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from reciproque.app.commitments import access, promises_file
from reciproque.app.commitments.access import Chair
from reciproque.app.commitments.actions.imports import import_promises
from reciproque.app.commitments.actions.offers import propose
from reciproque.app.commitments.forms import PromisesFileForm, ProposeForm
from reciproque.app.commitments.models import Commitment
from reciproque.app.commitments.queries.exports import exported_rows
from reciproque.app.commitments.queries.ledger import columns, ledger, legend
from reciproque.app.commitments.queries.promise import owners_offered
from reciproque.app.commitments.views.common import context_of
from reciproque.app.directory import spreadsheet
from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.names import fold
from reciproque.app.directory.xlsx import BadFile
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.refusals import try_action
from reciproque.app.shared.vocabulary import SIDES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROBLEMS_SHOWN = 40


@require_safe
def commitments(request: SignedIn, key: str) -> HttpResponse:
    chair = access.chair_for(request.user, key)
    page = ledger(chair.relationship, request.user)
    return render(request, "commitments/ledger.html", context_of(chair, page=page, legend=legend(), columns=columns()))


def commitment_new(request: SignedIn, key: str) -> HttpResponse:
    """Offer a promise; ``again`` starts from the words of an earlier one."""
    chair = access.chair_for(request.user, key)
    access.require(chair.proposes)
    form = ProposeForm(
        request.POST or None,
        relationship=chair.relationship,
        offered={str(side): owners_offered(chair, side) for side in SIDES},
        own_side=chair.side,
        initial=_first_words(request, chair),
    )
    if form.is_valid():
        made = try_action(form, propose, by=actor(request.user), relationship=chair.relationship, **form.offer())
        if made:
            messages.success(request, _("Offered. It counts once both owners have accepted it."))
            return redirect("commitment", made.key)
    status = 422 if form.errors else 200
    return render(request, "commitments/new.html", context_of(chair, form=form), status=status)


def _first_words(request: SignedIn, chair: Chair) -> dict[str, Any]:
    started: dict[str, Any] = {"owed_by": chair.side}
    if chair.side:
        started[f"owner_{chair.side}"] = str(request.user.pk)
    again = Commitment.objects.filter(relationship=chair.relationship, key=request.GET.get("again", "")).first()
    if again is not None:
        names = ("owed_by", "what", "proof", "first_step", "effort_client", "effort_supplier", "questions")
        started |= {name: getattr(again, name) for name in names}
    return started


@require_safe
def commitments_csv(request: SignedIn, key: str) -> HttpResponse:
    return _export(request, key, "csv")


@require_safe
def commitments_xlsx(request: SignedIn, key: str) -> HttpResponse:
    return _export(request, key, "xlsx")


def _export(request: SignedIn, key: str, kind: str) -> HttpResponse:
    chair = access.chair_for(request.user, key)
    rows = exported_rows(chair)
    content = spreadsheet.write_csv(rows) if kind == "csv" else spreadsheet.write_xlsx(rows, sheet=_("Word given"))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8" if kind == "csv" else XLSX)
    pair = f"{chair.relationship.client} {chair.relationship.supplier}"
    response.headers["Content-Disposition"] = f'attachment; filename="{slugify(pair)}-promises.{kind}"'
    return response


def commitments_import(request: SignedIn, key: str) -> HttpResponse:
    """A list of promises: all offered, or none and why."""
    chair = access.chair_for(request.user, key)
    access.require(chair.proposes)
    form = PromisesFileForm(request.POST or None, request.FILES or None)
    problems: list[spreadsheet.Problem] = []
    if form.is_valid():
        try:
            problems = _import(request, chair, form)
            if not problems:
                return redirect("commitments", key)
        except (BadFile, Refused) as error:
            form.add_error("file", str(error))
    labels = [_(label) for label in promises_file.LABELS.values()]
    context = context_of(chair, form=form, labels=labels, problems=problems[:PROBLEMS_SHOWN])
    return render(request, "commitments/import.html", context, status=422 if form.errors or problems else 200)


def _import(request: SignedIn, chair: Chair, form: PromisesFileForm) -> list[spreadsheet.Problem]:
    upload = form.cleaned_data["file"]
    table = spreadsheet.read_table(upload.name, upload.read(), promises_file.EXPECTED)
    mapping = spreadsheet.guess_mapping(table.headers, promises_file.EXPECTED)
    companies = {fold(str(chair.relationship.organisation(side))): str(side) for side in SIDES}
    lines, problems = promises_file.parse(table, mapping, companies, clock.today())
    if problems or not lines:
        return problems or [spreadsheet.Problem(0, "", _("This file has a line of titles and nothing under it."))]
    made = import_promises(by=actor(request.user), relationship=chair.relationship, lines=lines, source=table.name)
    said = ngettext("%(count)s promise is offered.", "%(count)s promises are offered.", len(made))
    messages.success(request, said % {"count": len(made)})
    return []

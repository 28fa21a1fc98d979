"""Lists of people in and out: upload, preview, confirm, export.

Between preview and confirmation the rows travel in the page itself, signed for this account and this company and
compressed: the server keeps no copy of a list that nobody has confirmed, and a changed copy is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reciproque.app.directory import access, actions, spreadsheet
from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.forms import MappingForm, UploadForm
from reciproque.app.directory.models import Account, Organisation
from reciproque.app.directory.queries.exports import exported_rows
from reciproque.app.directory.queries.imports import Plan, plan_import
from reciproque.app.directory.queries.people import functions_of
from reciproque.app.directory.views.people import redirect_to_people
from reciproque.app.directory.xlsx import BadFile
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor

MAX_CARRIED = 5_600_000
HOURS = 3
SHOWN = 8
PROBLEMS_SHOWN = 60


@dataclass(frozen=True)
class Reading:
    """A file, how its columns are read, and what that would change."""

    table: spreadsheet.Table
    mapping: tuple[str, ...]
    lines: tuple[spreadsheet.Line, ...]
    problems: tuple[spreadsheet.Problem, ...]
    chosen: dict[str, str]
    plan: Plan

    @property
    def refused(self) -> int:
        return len({problem.line for problem in self.problems if problem.line})


def import_people(request: SignedIn) -> HttpResponse:
    """Choose a file; its preview is the answer."""
    kept = access.organisations_kept_by(request.user)
    if not kept.exists():
        raise Http404
    initial = {"organisation": request.GET.get("company", "")}
    form = UploadForm(request.POST or None, request.FILES or None, initial=initial, companies=kept)
    if form.is_valid():
        company, upload = form.cleaned_data["organisation"], form.cleaned_data["file"]
        try:
            table = spreadsheet.read_table(upload.name, upload.read())
            return _preview(
                request, company, _read(request.user, company, table, spreadsheet.guess_mapping(table.headers), {})
            )
        except BadFile as error:
            form.add_error("file", str(error))
    context = {"form": form, "labels": [_(label) for label in spreadsheet.LABELS.values()], "active_nav": "directory"}
    return render(request, "directory/import.html", context)


def _read(
    account: Account, company: Organisation, table: spreadsheet.Table, mapping: Sequence[str], chosen: dict[str, str]
) -> Reading:
    parsed = spreadsheet.parse(table, mapping, region=company.country, today=clock.today())
    plan = plan_import(
        parsed.lines,
        home=company,
        kept=access.organisations_kept_by(account),
        may_create=account.is_host_admin,
        functions=chosen,
    )
    problems = sorted((*parsed.problems, *plan.problems), key=lambda problem: problem.line)
    return Reading(table, tuple(mapping), parsed.lines, tuple(problems), chosen, plan)


def _preview(request: SignedIn, company: Organisation, reading: Reading) -> HttpResponse:
    content = signing.dumps(spreadsheet.packed(reading.table), salt=_salt(request.user, company), compress=True)
    if len(content) > MAX_CARRIED:
        raise BadFile(_("This file holds too much text for one import. Cut it into several files."))
    form = MappingForm(headers=reading.table.headers, mapping=reading.mapping, content=content)
    form.ask_functions(
        reading.plan.unknown_functions, reading.chosen, list(functions_of(company).filter(organisation=None))
    )
    samples = [_sample(reading.table, index) for index in range(len(reading.table.headers))]
    context = {
        "organisation": company,
        "reading": reading,
        "form": form,
        "columns": list(zip(form.columns(), samples, strict=True)),
        "counts": {kind: reading.plan.count(kind) for kind in ("added", "changed", "unchanged")},
        "moves": [
            (move, spreadsheet.local_phone(move.line.phone, company.country)) for move in reading.plan.moves[:SHOWN]
        ],
        "problems": reading.problems[:PROBLEMS_SHOWN],
        "more_problems": max(len(reading.problems) - PROBLEMS_SHOWN, 0),
        "active_nav": "directory",
    }
    return render(request, "directory/import_preview.html", context)


def _sample(table: spreadsheet.Table, index: int) -> str:
    cells = [cells[index] for _number, cells in table.rows[:200] if index < len(cells) and cells[index].strip()]
    return " · ".join(cell[:40] for cell in cells[:3])


def _salt(account: Account, company: Organisation) -> str:
    return f"directory.import:{account.key}:{company.key}"


@require_POST
def import_confirm(request: SignedIn, key: str) -> HttpResponse:
    """Read the carried rows again with the columns as chosen now: show the preview again, or write."""
    company = access.organisation_kept_by(request.user, key)
    try:
        table = _carried(request, company)
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        messages.error(request, _("This preview is too old, or was altered on the way. Choose the file again."))
        return redirect("import-people")
    mapping = [_known_field(request.POST.get(f"column-{index}", "")) for index in range(len(table.headers))]
    chosen = {name[9:]: str(value) for name, value in request.POST.items() if name.startswith("function-")}
    reading = _read(request.user, company, table, mapping, chosen)
    if request.POST.get("do") != "import" or not reading.plan.moves:
        return _preview(request, company, reading)
    return _write(request, company, reading)


def _carried(request: SignedIn, company: Organisation) -> spreadsheet.Table:
    content = signing.loads(request.POST.get("content", ""), salt=_salt(request.user, company), max_age=HOURS * 3600)
    return spreadsheet.unpacked(content)


def _known_field(name: str) -> str:
    return name if name in spreadsheet.LABELS else ""


def _write(request: SignedIn, company: Organisation, reading: Reading) -> HttpResponse:
    made = actions.import_people(
        by=actor(request.user),
        organisation=company,
        lines=reading.lines,
        kept=access.organisations_kept_by(request.user),
        may_create=request.user.is_host_admin,
        functions=reading.chosen,
        source=reading.table.name,
    )
    messages.success(
        request,
        _("Imported: %(added)s added, %(changed)s changed, %(unchanged)s unchanged, %(refused)s refused.")
        % {"added": made.added, "changed": made.changed, "unchanged": made.unchanged, "refused": reading.refused},
    )
    if reading.refused:
        messages.warning(
            request, _("Correct the refused lines and import the same file again: nobody will be listed twice.")
        )
    return redirect_to_people(company)


def export_people(request: SignedIn, key: str, kind: str) -> HttpResponse:
    """The list of a company as a file that can be imported again."""
    company = access.organisation_for(request.user, key)
    rows = exported_rows(company)
    if kind == "csv":
        body, media = spreadsheet.write_csv(rows), "text/csv; charset=utf-8"
    else:
        body = spreadsheet.write_xlsx(rows, sheet=_("People"))
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    name = f"{_('people')}-{company.key}.{kind}"
    return HttpResponse(body, content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})

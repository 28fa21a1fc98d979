"""The last ranking as a spreadsheet and as a document."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from reciproque.app.directory.access import SignedIn
from reciproque.app.portfolio import access
from reciproque.app.portfolio.models import Portfolio, Ranking
from reciproque.app.portfolio.queries.overview import latest
from reciproque.app.portfolio.queries.reports import report
from reciproque.reports import portfolio_pdf as pdf
from reciproque.reports import portfolio_xlsx as xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def portfolio_xlsx(request: SignedIn, key: str) -> HttpResponse:
    found, ranking = _ranked(request, key)
    return _file(found, ranking, xlsx.render(report(found, ranking, sheets=True)), XLSX, "xlsx")


@require_GET
def portfolio_pdf(request: SignedIn, key: str) -> HttpResponse:
    found, ranking = _ranked(request, key)
    return _file(found, ranking, pdf.render(report(found, ranking, sheets=False)), "application/pdf", "pdf")


def _ranked(request: SignedIn, key: str) -> tuple[Portfolio, Ranking]:
    found = access.portfolio_for(request.user, key)
    ranking = latest(found)
    if ranking is None:
        raise Http404
    return found, ranking


def _file(found: Portfolio, ranking: Ranking, body: bytes, media: str, kind: str) -> HttpResponse:
    day = timezone.localdate(ranking.computed_at).isoformat()
    name = f"{slugify(found.name)[:60] or 'portfolio'}-{day}.{kind}"
    return HttpResponse(body, content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})

"""Is this receipt in a published list? Open to anybody; says nothing before a wave is closed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from reciproque.app.survey.queries.answering import receipt_found
from reciproque.app.survey.urn import receipts
from reciproque.app.survey.views.answering_visit import page, respondent_page


@respondent_page
def check(request: HttpRequest) -> HttpResponse:
    context: dict[str, object] = {}
    if request.method == "POST":
        typed = request.POST.get("receipt", "")[:100]
        receipt = receipts.read(typed)
        found = receipt_found(receipt) if receipt else None
        context = {"typed": typed, "receipt": receipts.show(receipt) if receipt else "", "found": found, "asked": True}
        if found:
            context["listed"] = [receipts.show(one) for one in found.receipts]
    return page(request, "survey/receipt_check.html", translation.get_language() or "fr", context)

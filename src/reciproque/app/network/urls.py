"""Addresses of the web of relations."""

from django.urls import path

from reciproque.app.network.views import lists, participation, ties, traces, web

urlpatterns = [
    # A key person's own ties: public, no account. Under /r/ like every page of people asked, so that no log tells.
    path("r/ties/<str:secret>/", participation.ties_by_link, name="ties-by-link"),
    path("network/links/<str:key>/show/", participation.web_link_show, name="web-link-show"),
    path("network/links/<str:key>/mail/", participation.web_link_mail, name="web-link-mail"),
    path("network/links/<str:key>/revoke/", participation.web_link_revoke, name="web-link-revoke"),
    path("network/waiting/<str:key>/", participation.web_waiting, name="web-waiting"),
    path("network/ties/<str:key>/", ties.web_tie, name="web-tie"),
    path("network/ties/<str:key>/withdraw/", ties.web_tie_withdraw, name="web-tie-withdraw"),
    path("network/<str:key>/", web.web, name="web"),
    path("network/<str:key>/ties/", ties.web_ties, name="web-ties"),
    path("network/<str:key>/pairs/", lists.web_pairs, name="web-pairs"),
    path("network/<str:key>/people/", lists.web_people, name="web-people"),
    path("network/<str:key>/people/new/", lists.web_person, name="web-person"),
    path("network/<str:key>/people/complete/", lists.web_complete, name="web-complete"),
    path("network/<str:key>/traces/", traces.web_traces, name="web-traces"),
    path("network/<str:key>/traces/keep/", traces.web_traces_keep, name="web-traces-keep"),
    path("network/<str:key>/links/", participation.web_links, name="web-links"),
    path("network/<str:key>/ready/", web.web_ready, name="web-ready"),
    path("network/<str:key>/meant/", web.web_meant, name="web-meant"),
    path("network/<str:key>/report.pdf", web.web_report, name="web-pdf"),
    path("network/<str:key>/web.xlsx", web.web_sheet, name="web-xlsx"),
]

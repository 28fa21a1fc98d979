"""Addresses of the word that is given."""

from django.urls import path

from reciproque.app.commitments.views import ledger, own, promises

urlpatterns = [
    path("commitments/calendar/", own.calendar_settings, name="calendar-settings"),
    path("commitments/calendar/<str:token>.ics", own.calendar_feed, name="calendar-feed"),
    path("commitments/promises/<str:key>/", promises.commitment, name="commitment"),
    path("commitments/promises/<str:key>/dates.ics", promises.commitment_ics, name="commitment-ics"),
    path("commitments/promises/<str:key>/accept/", promises.commitment_accept, name="commitment-accept"),
    path("commitments/promises/<str:key>/decline/", promises.commitment_decline, name="commitment-decline"),
    path("commitments/promises/<str:key>/withdraw/", promises.commitment_withdraw, name="commitment-withdraw"),
    path("commitments/promises/<str:key>/owner/<str:side>/", promises.commitment_owner, name="commitment-owner"),
    path("commitments/promises/<str:key>/terms/", promises.commitment_terms, name="commitment-terms"),
    path("commitments/promises/<str:key>/release/", promises.commitment_release, name="commitment-release"),
    path("commitments/promises/<str:key>/answer/", promises.commitment_answer, name="commitment-answer"),
    path("commitments/promises/<str:key>/first-step/", promises.commitment_first_step, name="commitment-first-step"),
    path("commitments/promises/<str:key>/kept/", promises.commitment_kept, name="commitment-kept"),
    path("commitments/promises/<str:key>/confirm/", promises.commitment_confirm, name="commitment-confirm"),
    path("commitments/promises/<str:key>/otherwise/", promises.commitment_otherwise, name="commitment-otherwise"),
    path("commitments/promises/<str:key>/exposed/", own.exposed_sponsor_new, name="exposed-sponsor-new"),
    path("commitments/exposed/<str:key>/forget/", own.exposed_sponsor_forget, name="exposed-sponsor-forget"),
    path("commitments/<str:key>/", ledger.commitments, name="commitments"),
    path("commitments/<str:key>/new/", ledger.commitment_new, name="commitment-new"),
    path("commitments/<str:key>/import/", ledger.commitments_import, name="commitments-import"),
    path("commitments/<str:key>/promises.csv", ledger.commitments_csv, name="commitments-csv"),
    path("commitments/<str:key>/promises.xlsx", ledger.commitments_xlsx, name="commitments-xlsx"),
    path("commitments/<str:key>/exposed/", own.exposed_sponsors, name="exposed-sponsors"),
]

from django.urls import URLPattern, URLResolver, path

from reciproque.app.survey.views import answering, receipt

urlpatterns: list[URLPattern | URLResolver] = [
    # Answering: public, no account. The link of an invitation is /r#TOKEN.
    path("r", answering.enter, name="respond"),
    path("r/promise", answering.promise, name="respond-promise"),
    path("r/language", answering.language, name="respond-language"),
    path("r/answer/<slug:place>", answering.answer, name="respond-answer"),
    path("r/hand-in", answering.hand_in, name="respond-hand-in"),
    path("r/receipt", answering.receipt, name="respond-receipt"),
    path("r/withdraw", answering.withdraw, name="respond-withdraw"),
    path("r/declined", answering.declined, name="respond-declined"),
    path("receipt/", receipt.check, name="receipt-check"),
]

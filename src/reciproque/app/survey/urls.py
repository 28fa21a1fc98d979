from django.urls import URLPattern, URLResolver, path

from reciproque.app.survey.views import answering, outbox, receipt, send_again

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
    path("r/again", send_again.send_again, name="send-again"),
    # Mails of a wave.
    path("survey/waves/<str:key>/outbox/", outbox.wave_outbox, name="wave-outbox"),
    path("survey/waves/<str:key>/mail-check/", outbox.mail_check, name="wave-mail-check"),
    path("survey/waves/<str:key>/links-by-hand/", outbox.links_by_hand, name="wave-links-by-hand"),
    path("survey/waves/<str:key>/people/<str:person>/link/", outbox.invitation_link, name="invitation-link"),
    path("survey/mails/<str:key>/retry/", outbox.retry, name="mail-retry"),
    path("survey/mails/<str:key>/", outbox.demo_mail, name="demo-mail"),
]

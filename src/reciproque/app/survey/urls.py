from django.urls import URLPattern, URLResolver, path

from reciproque.app.survey.views import answering, demo_chair, outbox, receipt, sealing, send_again, waves

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
    path("r/leave", answering.leave, name="respond-leave"),
    path("r/chair/<str:key>/<str:side>/", demo_chair.take, name="respond-chair"),
    path("receipt/", receipt.check, name="receipt-check"),
    path("r/again", send_again.send_again, name="send-again"),
    # Waves.
    path("survey/<str:key>/new/", waves.new, name="wave-new"),
    path("survey/waves/<str:key>/", waves.status, name="wave"),
    path("survey/waves/<str:key>/settings/", waves.settings, name="wave-settings"),
    path("survey/waves/<str:key>/people/", waves.people, name="wave-people"),
    path("survey/waves/<str:key>/people/declare/", waves.declare, name="wave-declare"),
    path("survey/waves/<str:key>/people/late/", waves.late, name="wave-late"),
    path("survey/waves/<str:key>/start-sealing/", waves.start_sealing, name="wave-start-sealing"),
    path("survey/waves/<str:key>/back-to-draft/", waves.back_to_draft, name="wave-back-to-draft"),
    path("survey/waves/<str:key>/seal/", sealing.seal, name="wave-seal"),
    path("survey/waves/<str:key>/seal/confirm/", sealing.confirm, name="wave-seal-confirm"),
    path("survey/waves/<str:key>/record/", sealing.record, name="wave-record"),
    path("survey/waves/<str:key>/extend/", waves.extend, name="wave-extend"),
    path("survey/waves/<str:key>/close/", waves.close, name="wave-close"),
    path("survey/waves/<str:key>/cancel/", waves.cancel, name="wave-cancel"),
    path("survey/waves/<str:key>/clone/", waves.clone, name="wave-clone"),
    path("survey/waves/<str:key>/receipts/", waves.receipts, name="wave-receipts"),
    # Mails of a wave.
    path("survey/waves/<str:key>/outbox/", outbox.wave_outbox, name="wave-outbox"),
    path("survey/waves/<str:key>/mail-check/", outbox.mail_check, name="wave-mail-check"),
    path("survey/waves/<str:key>/links-by-hand/", outbox.links_by_hand, name="wave-links-by-hand"),
    path("survey/waves/<str:key>/people/<str:person>/link/", outbox.invitation_link, name="invitation-link"),
    path("survey/mails/<str:key>/retry/", outbox.retry, name="mail-retry"),
    path("survey/mails/<str:key>/", outbox.demo_mail, name="demo-mail"),
]

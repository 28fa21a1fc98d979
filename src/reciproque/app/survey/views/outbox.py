"""Following the invitations, checking the mail server, handing a link over by hand."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reciproque.app.directory.access import SignedIn
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.refusals import act
from reciproque.app.survey import access
from reciproque.app.survey.actions import invitations
from reciproque.app.survey.actions.delivery import letter_of
from reciproque.app.survey.mail import letters
from reciproque.app.survey.models import Wave, WaveState
from reciproque.app.survey.queries import outbox


@require_GET
def wave_outbox(request: SignedIn, key: str) -> HttpResponse:
    wave, sides, may_reveal = access.outbox_for(request.user, key)
    page, lines = outbox.lines_of(wave, sides, request.GET.get("page"))
    reveals = may_reveal if wave.state == WaveState.COLLECTING else ()
    context = {
        **_wave_context(wave),
        "page_of_lines": page,
        "lines": lines,
        "counts": outbox.counts_of(wave, sides),
        "reveals": reveals,
        "acts": bool(reveals) or any(line.state == "refused" or (settings.DEMO and line.mail_key) for line in lines),
        "demo": settings.DEMO,
    }
    return render(request, "survey/outbox.html", context)


@require_http_methods(["GET", "POST"])
def mail_check(request: SignedIn, key: str) -> HttpResponse:
    wave, _sides, _may_reveal = access.outbox_for(request.user, key)
    refusal = ""
    if request.method == "POST":
        try:
            invitations.check_mail(by=actor(request.user), wave=wave, account=request.user)
        except Refused as refused:
            refusal = refused.message
        else:
            messages.success(
                request, _("The mail server took the message for %(email)s.") % {"email": request.user.email}
            )
            return redirect("wave-mail-check", wave.key)
    context = {
        **_wave_context(wave),
        "refusal": refusal,
        "server": settings.EMAIL_HOST,
        "sender": settings.DEFAULT_FROM_EMAIL,
    }
    return render(request, "survey/outbox_check.html", context)


@require_POST
def links_by_hand(request: SignedIn, key: str) -> HttpResponse:
    wave, _sides, _may_reveal = access.outbox_for(request.user, key)
    try:
        invitations.hand_out_links(by=actor(request.user), wave=wave, by_hand=request.POST.get("by") == "hand")
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("wave-mail-check", wave.key)


@require_POST
def retry(request: SignedIn, key: str) -> HttpResponse:
    mail, invitation = access.outbox_mail_for(request.user, key)
    done = _("The invitation will leave again within a minute.")
    act(request, done, invitations.retry_refused, by=actor(request.user), mail=mail)
    return redirect("wave-outbox", invitation.wave.key)


@require_POST
def invitation_link(request: SignedIn, key: str, person: str) -> HttpResponse:
    """The link is in the answer to this request and nowhere else; asking again writes the log again."""
    invitation = access.revealable_invitation_for(request.user, key, person)
    try:
        code = invitations.reveal_link(by=actor(request.user), invitation=invitation)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("wave-outbox", key)
    context = {**_wave_context(invitation.wave), "person": invitation.person, "link": letters.link(code), "code": code}
    return render(request, "survey/outbox_link.html", context)


@require_GET
def demo_mail(request: SignedIn, key: str) -> HttpResponse:
    """In the demonstration no mail leaves: the one that would is shown, with its link."""
    mail, invitation = access.outbox_mail_for(request.user, key)
    if not settings.DEMO:
        raise Http404
    with translation.override(mail.language):
        letter = letter_of(mail)
    context = {**_wave_context(invitation.wave), "letter": letter, "mail": mail, "person": invitation.person}
    return render(request, "survey/outbox_mail.html", context)


def _wave_context(wave: Wave) -> dict[str, object]:
    return {"wave": wave, "relationship": wave.relationship, "step": "measure", "post": outbox.post_of(wave)}

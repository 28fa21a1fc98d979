"""From a letter to the two forms in which it travels: HTML made from MJML, and plain text."""

from __future__ import annotations

import re

import mrml
from django.template.loader import render_to_string

from reciproque.app.survey.mail.letters import Letter
from reciproque.app.survey.mail.transport import Parcel

# Signs that XML cannot hold; a name that carries one would make the whole mail unreadable.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_html(letter: Letter, language: str) -> str:
    source = render_to_string("survey/mail/letter.mjml", {"letter": letter, "lang": language})
    return str(mrml.to_html(NOT_XML.sub("", source)).content)


def as_text(letter: Letter) -> str:
    text = render_to_string("survey/mail/letter.txt", {"letter": letter})
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def parcel(letter: Letter, *, name: str, address: str, key: str, language: str) -> Parcel:
    return Parcel(
        key=key,
        name=name,
        address=address,
        subject=letter.subject,
        text=as_text(letter),
        html=as_html(letter, language),
        language=language,
        attachments=letter.attachments,
    )

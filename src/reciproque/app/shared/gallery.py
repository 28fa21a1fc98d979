"""What the gallery shows: every shared component on one page, in made-up words, for who builds or checks a screen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class GalleryForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As people say it, without an article."))
    date = forms.DateField(label=gettext_lazy("Closing date"))
    subject = forms.ChoiceField(
        label=gettext_lazy("Subject"),
        choices=[("", "–"), ("pace", gettext_lazy("Who pays for the ramp-up"))],
        required=False,
    )
    sentence = forms.CharField(
        label=gettext_lazy("A sentence"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    form = forms.ChoiceField(
        label=gettext_lazy("Form of the questionnaire"),
        choices=[("full", gettext_lazy("Full")), ("pulse", gettext_lazy("Pulse"))],
        widget=forms.RadioSelect,
    )
    agreed = forms.BooleanField(label=gettext_lazy("I have read my phrase again."))
    file = forms.FileField(label=gettext_lazy("File"), required=False)


def samples() -> dict[str, Any]:
    return {
        "form": GalleryForm({"name": "Valmorine", "date": "31/02/2026", "form": "full"}),
        "page": Paginator(range(40), 10).page(2),
        "path_notes": {"measure": _("both sides"), "debate": _("together, out loud")},
        "columns": [_("Subject"), _("Valmorine says of Tressac"), _("Tressac says of Valmorine")],
        "rows": [[_("Dialogue"), "70 (64–76)", "60 (55–65)"], [_("Competence"), "81 (75–87)", "72 (67–77)"]],
        "scale": [
            _("Strongly disagree"),
            _("Disagree"),
            _("Rather disagree"),
            _("Shared: as true as false"),
            _("Rather agree"),
            _("Agree"),
            _("Strongly agree"),
        ],
        "words": ["brume", "cordage", "avril", "pivoine", "silex", "vitrail", "nuage"],
    }

"""Input of the reading: an opening phrase, other words for a text."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reciproque.app.reading.actions import LONGEST_TEXT


class PhraseForm(forms.Form):
    """Seven words; checked where the key is. Nothing is asked of a training wave."""

    phrase = forms.CharField(
        label=_("Your opening phrase, seven words"),
        required=False,
        max_length=300,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "autocorrect": "off"}
        ),
    )


class RewordForm(forms.Form):
    reworded = forms.CharField(
        label=_("In other words"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Keep what is meant, change the way of saying it. Names and dates go."),
    )

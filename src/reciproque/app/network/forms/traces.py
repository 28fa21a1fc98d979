"""A calendar or mail headers: the file, whose it is, and the lines to approve."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reciproque.app.directory.forms import Name, Words
from reciproque.app.directory.models import Function, Person
from reciproque.app.network.actions.declarations import Said
from reciproque.app.network.forms.web import with_function
from reciproque.app.network.models import Frequency
from reciproque.app.network.queries.traces import SHARED_PROVIDERS, Proposal
from reciproque.app.network.traces.facts import address_of

MONTHS = [
    ("3", gettext_lazy("the last 3 months")),
    ("6", gettext_lazy("the last 6 months")),
    ("12", gettext_lazy("the last 12 months")),
    ("24", gettext_lazy("the last 24 months")),
]
DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


class TraceForm(forms.Form):
    """The file and whose it is."""

    person = forms.ChoiceField(label=gettext_lazy("Whose calendar or mailbox is it?"))
    addresses = forms.CharField(
        label=gettext_lazy("Under which addresses does this person write?"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Separated by commas. Left empty: the address in your list of people."),
    )
    domains = forms.CharField(
        label=gettext_lazy("What follows the @ at the other company"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Separated by commas. Only addresses that end so, or that your half names, are shown."),
    )
    months = forms.TypedChoiceField(label=gettext_lazy("Over what period?"), choices=MONTHS, initial="12", coerce=int)
    file = forms.FileField(
        label=gettext_lazy("The file"),
        allow_empty_file=True,
        help_text=gettext_lazy("A calendar (.ics) or mail headers (mbox), at most 100 MB, not compressed."),
        widget=forms.FileInput(attrs={"accept": ".ics,.mbox,.mbx,text/calendar,application/mbox"}),
    )
    consent = forms.BooleanField(
        label=gettext_lazy(
            "This calendar or mailbox is mine, or its owner, chosen above, agrees: its addresses and its dates are "
            "read, nothing else, to propose ties that are shown before anything is kept."
        ),
        widget=forms.CheckboxInput(attrs={"class": "checkbox"}),
    )

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", "–"), *((pk, with_function(person)) for pk, person in self.people.items())
        ]  # fmt: skip

    def clean_person(self) -> Person:
        return self.people[self.cleaned_data["person"]]

    def clean_addresses(self) -> list[str]:
        written = [part for part in re.split(r"[,;\s]+", self.cleaned_data["addresses"]) if part]
        found = [address_of(part) for part in written]
        if not all(found):
            raise ValidationError(_("Write whole e-mail addresses, separated by commas."))
        return found

    def clean_domains(self) -> list[str]:
        written = [part.lower().lstrip("@") for part in re.split(r"[,;\s]+", self.cleaned_data["domains"]) if part]
        if not all(DOMAIN.fullmatch(part) for part in written):
            raise ValidationError(_("Write what follows the @, for example: company.example."))
        if SHARED_PROVIDERS.intersection(written):
            raise ValidationError(_("Everybody may have an address there: it does not tell the other company."))
        return written

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        person = found.get("person")
        if person is not None and "addresses" in found:
            found["addresses"] = found["addresses"] or ([person.email.lower()] if person.email else [])
            if not found["addresses"]:
                self.add_error("addresses", _("Your list gives no address for this person: write it here."))
        return found


class TraceLine(forms.Form):
    """One proposed tie."""

    keep = forms.BooleanField(
        label=gettext_lazy("Keep this tie"), required=False, widget=forms.CheckboxInput(attrs={"class": "checkbox"})
    )
    contact = Name(label=gettext_lazy("Name"), max_length=160, required=False)
    function = forms.ChoiceField(label=gettext_lazy("Whose function is"), required=False)
    frequency = forms.ChoiceField(label=gettext_lazy("How often"), choices=Frequency.choices, required=False)
    subject = Words(label=gettext_lazy("On what"), max_length=120, required=False)

    def __init__(
        self, data: Mapping[str, Any] | None, *, prefix: str, proposal: Proposal, functions: Mapping[str, Function]
    ) -> None:
        first = {
            "keep": proposal.likely,
            "contact": proposal.name,
            "function": proposal.function,
            "frequency": proposal.frequency,
        }
        super().__init__(data, prefix=prefix, initial=first)
        self.proposal, self.functions = proposal, functions
        self.fields["function"].choices = [  # type: ignore[attr-defined]
            ("", "–"), *((code, str(function)) for code, function in functions.items())
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("keep") and not found.get("contact") and "contact" not in self.errors:
            self.add_error("contact", _("Write the first and last name of the person opposite."))
        return found

    def said(self, person: Person, shown: str, today: date) -> Said:
        found = self.cleaned_data
        return Said(
            person=person,
            contact=found["contact"],
            frequency=found["frequency"] or self.proposal.frequency,
            function=self.functions.get(found["function"]),
            email=self.proposal.address,
            subject=found["subject"],
            since=min(self.proposal.first, today),
            shown=shown,
        )

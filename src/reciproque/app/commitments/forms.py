"""What people type about promises, checked before any action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from reciproque import instruments
from reciproque.app.commitments.models import Commitment, Effort, Outcome, Owed
from reciproque.app.directory.forms import Words
from reciproque.app.directory.models import Account, Person, Relationship
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import SIDES

FORTNIGHT = timedelta(days=14)
SEASON = timedelta(days=90)


def date_field(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, help_text=help_text, widget=widget)


def long_words(label: Any, length: int, help_text: Any = "", *, required: bool = True) -> Words:
    widget = forms.Textarea(attrs={"rows": 2})
    return Words(label=label, max_length=length, help_text=help_text, required=required, widget=widget)


class TermsForm(forms.Form):
    """Other terms of a promise that counts already."""

    what = long_words(
        gettext_lazy("What is promised"), 280, gettext_lazy("One thing, in one sentence, that one can see.")
    )
    proof = Words(
        label=gettext_lazy("Expected proof"),
        max_length=200,
        help_text=gettext_lazy("What both will look at on the day: a dated e-mail, a signed page, a visit."),
    )
    due_on = date_field(gettext_lazy("Date"))
    effort_client = forms.ChoiceField(choices=Effort.choices)
    effort_supplier = forms.ChoiceField(choices=Effort.choices)
    why = long_words(gettext_lazy("Why"), 280, gettext_lazy("The other side reads it, and it stays in the history."))

    def __init__(self, *args: Any, relationship: Relationship, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for side in SIDES:
            company = {"company": relationship.organisation(side)}
            self.fields[f"effort_{side}"].label = _("Effort for %(company)s") % company

    def terms(self) -> dict[str, Any]:
        found = self.cleaned_data
        efforts = {str(side): found[f"effort_{side}"] for side in SIDES}
        kept = {name: value for name, value in found.items() if name in self.TERMS}
        return {**kept, "efforts": efforts}

    TERMS: tuple[str, ...] = ("what", "proof", "due_on", "why")


class OfferForm(TermsForm):
    """An offer put otherwise: the same, with the first step."""

    first_step = Words(
        label=gettext_lazy("First step"),
        max_length=200,
        help_text=gettext_lazy("Small, and within fourteen days: a promise that does not begin seldom ends."),
    )
    first_step_by = date_field(gettext_lazy("First step before"))
    TERMS = ("what", "proof", "due_on", "why", "first_step", "first_step_by")
    field_order: tuple[str, ...] = (
        "what",
        "first_step",
        "first_step_by",
        "due_on",
        "proof",
        "effort_client",
        "effort_supplier",
        "why",
    )


class ProposeForm(OfferForm):
    """A new promise."""

    owed_by = forms.ChoiceField(label=gettext_lazy("Who gives its word?"), widget=forms.RadioSelect)
    why = long_words(
        gettext_lazy("Why"),
        280,
        gettext_lazy("What it answers, in a sentence. Both companies read it."),
        required=False,
    )
    owner_client = forms.ChoiceField(required=False)
    owner_supplier = forms.ChoiceField(required=False)
    questions = forms.MultipleChoiceField(
        label=gettext_lazy("Which questions of the next wave should it move?"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checkbox"}),
    )
    field_order = (
        *("owed_by", "what", "why", "owner_client", "owner_supplier", "first_step", "first_step_by", "due_on", "proof"),
        *("effort_client", "effort_supplier", "questions"),
    )

    def __init__(
        self,
        *args: Any,
        relationship: Relationship,
        offered: Mapping[str, Sequence[Account]],
        own_side: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, relationship=relationship, **kwargs)
        self.offered = {side: {str(account.pk): account for account in people} for side, people in offered.items()}
        self.fields["owed_by"].choices = [  # type: ignore[attr-defined]
            *((str(side), str(relationship.organisation(side))) for side in SIDES), (Owed.BOTH, _("Both companies"))
        ]  # fmt: skip
        for side in SIDES:
            field = self.fields[f"owner_{side}"]
            field.label = _("Who owns it at %(company)s?") % {"company": relationship.organisation(side)}
            later = _("It will name somebody") if side != own_side else _("To be named later")
            people = self.offered.get(side, {})
            field.choices = [("", later), *((pk, str(account)) for pk, account in people.items())]  # type: ignore[attr-defined]
        self.fields["questions"].choices = question_choices(relationship, own_side)  # type: ignore[attr-defined]
        today = clock.today()
        self.fields["first_step_by"].initial = today + FORTNIGHT
        self.fields["due_on"].initial = today + SEASON

    def offer(self) -> dict[str, Any]:
        found = self.cleaned_data
        owners = {str(side): self.offered.get(side, {}).get(found[f"owner_{side}"]) for side in SIDES}
        kept = {name: found[name] for name in ("owed_by", "questions")}
        return {**self.terms(), **kept, "owners": owners}


def question_choices(relationship: Relationship, own_side: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The sentences of the questionnaire by subject, as the other company reads them."""
    instrument = instruments.parse(instruments.source())
    language = (get_language() or "fr")[:2]
    seen, own = str(relationship.supplier), str(relationship.client)
    if own_side == "client":
        seen, own = own, seen
    return [
        (
            dimension.label[language],
            [
                (item.code, f"{item.code} · {instruments.fill(item.text[language], seen=seen, own=own)}")
                for item in instrument.items
                if item.dimension == dimension.code
            ],
        )
        for dimension in instrument.dimensions
    ]


class WhyForm(forms.Form):
    """A sentence that the other side will read."""

    why = long_words(gettext_lazy("Why, in a sentence"), 280)


class KeptForm(forms.Form):
    proof = long_words(gettext_lazy("The proof"), 400, gettext_lazy("Where the other side will see that it is done."))
    done_on = date_field(gettext_lazy("Done on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["done_on"].initial = clock.today()


class OtherwiseForm(WhyForm):
    outcome = forms.ChoiceField(label=gettext_lazy("Your word"), widget=forms.RadioSelect)
    field_order = ("outcome", "why")

    def __init__(self, *args: Any, outcomes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [(str(one), str(Outcome(one).label)) for one in outcomes]
        self.fields["outcome"].choices = chosen  # type: ignore[attr-defined]
        if len(chosen) == 1:
            self.fields["outcome"].widget = forms.HiddenInput()
            self.fields["outcome"].initial = chosen[0][0]


class AnswerForm(forms.Form):
    answer = long_words(gettext_lazy("If not, why"), 280, required=False)


class OwnerForm(forms.Form):
    """Who owns a promise on one side."""

    owner = forms.ChoiceField(label=gettext_lazy("Owner"))

    def __init__(
        self, *args: Any, offered: Sequence[Account], commitment: Commitment, side: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        present = commitment.owner(side)
        self.offered = {str(account.pk): account for account in offered if account != present}
        self.fields["owner"].choices = [(pk, str(a)) for pk, a in self.offered.items()]  # type: ignore[attr-defined]
        self.fields["owner"].label = _("Owner at %(company)s") % {"company": commitment.relationship.organisation(side)}

    def clean_owner(self) -> Account:
        return self.offered[self.cleaned_data["owner"]]


class ExposedForm(forms.Form):
    """Somebody of the own company hurt by a broken promise."""

    person = forms.ChoiceField(label=gettext_lazy("Who"))
    defended = long_words(
        gettext_lazy("What this person defended inside"),
        280,
        gettext_lazy("The choice of this supplier, a budget, a trial: what others can now hold against this person."),
    )
    gesture = long_words(gettext_lazy("What we owe this person"), 280, required=False)

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.fields["person"].choices = [(pk, str(p)) for pk, p in self.people.items()]  # type: ignore[attr-defined]

    def clean_person(self) -> Person:
        return self.people[self.cleaned_data["person"]]


class PromisesFileForm(forms.Form):
    """A list of promises in a file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV or XLSX, at most 5 MB and 500 lines: one promise per line, titles in the first line."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

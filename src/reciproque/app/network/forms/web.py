"""What people type about ties, checked before any action."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reciproque.app.directory.forms import Name, NewPersonForm, Words, day
from reciproque.app.directory.models import Function, Organisation, Person
from reciproque.app.directory.queries.people import present_post
from reciproque.app.network.actions.declarations import Said
from reciproque.app.network.models import Frequency, Shown

LINES = 5
FARTHEST = 120
"""How many months back the web can be shown."""


class Lists:
    """The people and functions offered on every line, read once."""

    def __init__(self, people: Sequence[Person], functions: Sequence[Function]) -> None:
        self.people = {str(person.pk): person for person in people}
        self.functions = {function.code: function for function in functions}

    def person_choices(self) -> list[tuple[str, str]]:
        return [("", "–"), *((pk, with_function(person)) for pk, person in self.people.items())]

    def function_choices(self) -> list[tuple[str, str]]:
        return [("", "–"), *((code, str(function)) for code, function in self.functions.items())]


def with_function(person: Person) -> str:
    post = present_post(person)
    return f"{person} · {post.function}" if post else str(person)


class TieLine(forms.Form):
    """One tie. A line left empty is no tie."""

    person = forms.ChoiceField(label=gettext_lazy("Somebody of ours"), required=False)
    contact = Name(
        label=gettext_lazy("Works with"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"list": "contacts-known", "autocomplete": "off"}),
    )
    function = forms.ChoiceField(label=gettext_lazy("Whose function is"), required=False)
    frequency = forms.ChoiceField(label=gettext_lazy("How often"), choices=Frequency.choices, required=False)
    subject = Words(label=gettext_lazy("On what"), max_length=120, required=False)
    since = day(gettext_lazy("Since"))

    def __init__(self, *args: Any, lists: Lists, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lists = lists
        self.fields["person"].choices = lists.person_choices()  # type: ignore[attr-defined]
        self.fields["function"].choices = lists.function_choices()  # type: ignore[attr-defined]
        self.fields["frequency"].initial = Frequency.WEEKLY

    @property
    def is_empty(self) -> bool:
        return not any(self.cleaned_data.get(name) for name in ("contact", "subject", "since", "function"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.is_empty:
            if not found.get("person"):
                self.add_error("person", _("Choose somebody of your company."))
            if not found.get("contact") and "contact" not in self.errors:
                self.add_error("contact", _("Write the first and last name of the person opposite."))
        return found

    def said(self, shown: str) -> Said:
        found = self.cleaned_data
        return Said(
            person=self.lists.people[found["person"]],
            contact=found["contact"],
            frequency=found["frequency"] or Frequency.WEEKLY,
            function=self.lists.functions.get(found["function"]),
            subject=found["subject"],
            since=found["since"],
            shown=shown,
        )


def shown_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Who may read it"),
        choices=Shown.choices,
        initial=Shown.BOTH,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Both companies: once both halves lie side by side, the other company reads the names, the functions and "
            "how often. Never before."
        ),
    )


class ShownForm(forms.Form):
    shown = shown_field()


class Entry:
    """Several ties in one go: lines, and who may read them."""

    def __init__(self, data: Mapping[str, Any] | None, *, lists: Lists, person: Person | None) -> None:
        first = {"person": str(person.pk)} if person and str(person.pk) in lists.people else {}
        self.lines = [TieLine(data, prefix=f"tie{n}", lists=lists, initial=first) for n in range(LINES)]
        self.shown = ShownForm(data)

    def is_valid(self) -> bool:
        return all([*(line.is_valid() for line in self.lines), self.shown.is_valid()])

    def ties(self) -> list[Said]:
        shown = self.shown.cleaned_data["shown"]
        return [line.said(shown) for line in self.lines if not line.is_empty]

    def refuse(self, message: str) -> None:
        self.shown.add_error(None, message)


class TieForm(forms.Form):
    """Other words about a tie."""

    frequency = forms.ChoiceField(label=gettext_lazy("How often"), choices=Frequency.choices)
    subject = Words(label=gettext_lazy("On what"), max_length=120, required=False)
    since = day(gettext_lazy("Since"))
    until = day(gettext_lazy("Until"))
    shown = shown_field()


class PairForm(forms.Form):
    """Whether two functions should meet."""

    client_function = forms.ChoiceField()
    supplier_function = forms.ChoiceField()
    expected = forms.TypedChoiceField(
        label=gettext_lazy("On this perimeter"),
        coerce=lambda value: value == "yes",
        choices=[("yes", gettext_lazy("they should meet")), ("no", gettext_lazy("they need not meet"))],
        initial="yes",
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, client: Mapping[str, Function], supplier: Mapping[str, Function], names: Sequence[str],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.functions = {"client_function": client, "supplier_function": supplier}
        for (field, offered), name in zip(self.functions.items(), names, strict=True):
            self.fields[field].choices = [(pk, str(row)) for pk, row in offered.items()]  # type: ignore[attr-defined]
            self.fields[field].label = _("Function at %(company)s") % {"company": name}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for field, offered in self.functions.items():
            if field in found:
                found[field] = offered[found[field]]
        return found


class KeyPeopleForm(forms.Form):
    """One company's key people."""

    people = forms.MultipleChoiceField(
        label=gettext_lazy("Who carries this relationship?"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checkbox"}),
    )

    def __init__(self, *args: Any, candidates: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = {str(person.pk): person for person in candidates}
        self.fields["people"].choices = [  # type: ignore[attr-defined]
            (pk, with_function(person)) for pk, person in self.candidates.items()
        ]

    def clean_people(self) -> list[Person]:
        return [self.candidates[pk] for pk in self.cleaned_data["people"]]


class CompleteForm(forms.Form):
    """Whether the list holds everybody."""

    complete = forms.TypedChoiceField(
        label=gettext_lazy("Does this list hold all the key people of your company on this relationship?"),
        coerce=lambda value: value == "yes",
        choices=[("yes", gettext_lazy("Yes, all of them")), ("no", gettext_lazy("No, or we do not know"))],
        widget=forms.RadioSelect,
    )


class QuickPersonForm(NewPersonForm):
    """Somebody new, in the fewest fields."""

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, organisation=organisation, **kwargs)
        for name in ("title", "phone", "language"):
            del self.fields[name]

    def clean_phone(self) -> str:
        return ""


class MeantForm(forms.Form):
    """Who of ours the other company means by a name."""

    contact = forms.IntegerField(widget=forms.HiddenInput)
    person = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, candidates: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = {str(person.pk): person for person in candidates}
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", _("nobody we know")), *((pk, with_function(person)) for pk, person in self.candidates.items())
        ]  # fmt: skip

    def clean_person(self) -> Person | None:
        return self.candidates.get(self.cleaned_data["person"])


class Period:
    """The date at which the web is shown: whole months before today, 0 for today."""

    def __init__(self, wanted: str, today: date) -> None:
        number = int(wanted) if re.fullmatch(r"-?[0-9]{1,5}", wanted) else 0
        self.today = today
        self.back = max(-FARTHEST, min(0, number))

    @property
    def on(self) -> date:
        months = self.today.year * 12 + self.today.month - 1 + self.back
        year, month = divmod(months, 12)
        last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date.resolution).day
        return date(year, month + 1, min(self.today.day, last))

    def reach(self, first: date | None) -> int:
        """The lowest value of the slider: the month in which the first tie began."""
        if first is None:
            return 0
        months = (first.year - self.today.year) * 12 + first.month - self.today.month
        return max(-FARTHEST, min(months, self.back, 0))

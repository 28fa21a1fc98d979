"""What a key person says by short link, and what the side needs to make one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reciproque.app.directory.forms import Name, Words, day
from reciproque.app.directory.models import Function, Person
from reciproque.app.network.actions.participation import Added, Corrected
from reciproque.app.network.forms.web import with_function
from reciproque.app.network.models import Contact, Declaration, Frequency, Shown
from reciproque.app.shared import clock

NEW_LINES = 3
GIVEN = re.compile(r"tie-([a-z0-9]{12})-frequency")


class LinkForm(forms.Form):
    """For whom, and how it travels."""

    person = forms.ChoiceField(label=gettext_lazy("For whom?"))
    how = forms.ChoiceField(
        label=gettext_lazy("How does it travel?"),
        widget=forms.RadioSelect,
        initial="mail",
        choices=[("mail", gettext_lazy("By e-mail, to the address in the list of people"))],
    )

    def __init__(self, *args: Any, people: Sequence[Person], by_hand: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", "–"), *((pk, with_function(person)) for pk, person in self.people.items())
        ]  # fmt: skip
        if by_hand:
            self.fields["how"].choices += [("hand", _("I copy it and hand it over"))]  # type: ignore[attr-defined]

    def clean_person(self) -> Person:
        return self.people[self.cleaned_data["person"]]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        person = found.get("person")
        if person is not None and found.get("how") == "mail" and not person.email:
            self.add_error(
                "person", _("Your list gives no address for this person: copy the link, or add the address.")
            )
        return found


class Tie(forms.Form):
    """How often, on what, since when, and who may read it."""

    frequency = forms.ChoiceField(label=gettext_lazy("How often"), choices=Frequency.choices, required=False)
    subject = Words(label=gettext_lazy("On what"), max_length=120, required=False)
    since = day(gettext_lazy("Since"))
    shown = forms.ChoiceField(
        label=gettext_lazy("Who may read it"), choices=Shown.choices, initial=Shown.BOTH, required=False
    )

    def clean_since(self) -> Any:
        since = self.cleaned_data["since"]
        if since and since > clock.today():
            raise forms.ValidationError(_("A tie cannot begin in the future: correct the date."))
        return since


class OwnTie(Tie):
    """A tie that the side declares of this person. Unanswered and unchanged, it stays as it was."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Is it right?"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("yes", gettext_lazy("Yes, as it stands below")),
            ("no", gettext_lazy("No, I do not work with this person: take it out")),
        ],
    )
    field_order = ["answer", "frequency", "subject", "since", "shown"]

    def __init__(self, data: Mapping[str, Any] | None = None, *, declaration: Declaration) -> None:
        first = {name: getattr(declaration, name) for name in ("frequency", "subject", "since", "shown")}
        super().__init__(data, prefix=f"tie-{declaration.key}", initial=first)
        self.declaration = declaration

    def corrected(self) -> Corrected | None:
        found = self.cleaned_data
        if not found["answer"] and not self.has_changed():
            return None
        row = self.declaration
        return Corrected(
            declaration=row,
            kept=found["answer"] != "no",
            frequency=found["frequency"] or row.frequency,
            subject=found["subject"],
            since=found["since"],
            shown=found["shown"] or row.shown,
        )


class NewTie(Tie):
    """A tie that was missing: somebody known, or a name and a function. A line left empty is no tie."""

    contact = forms.ChoiceField(label=gettext_lazy("I work with"), required=False)
    name = Name(label=gettext_lazy("or somebody else: first and last name"), max_length=160, required=False)
    function = forms.ChoiceField(label=gettext_lazy("whose function is"), required=False)
    field_order = ["contact", "name", "function", "frequency", "subject", "since", "shown"]

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, prefix: str, contacts: Mapping[str, Contact],
        functions: Mapping[str, Function],
    ) -> None:  # fmt: skip
        super().__init__(data, prefix=prefix, initial={"frequency": Frequency.WEEKLY})
        self.contacts, self.functions = contacts, functions
        self.fields["contact"].choices = [("", "–"), *((pk, _titled(row)) for pk, row in contacts.items())]  # type: ignore[attr-defined]
        self.fields["function"].choices = [("", "–"), *((code, str(row)) for code, row in functions.items())]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        somebody = found.get("contact") or found.get("name")
        if found.get("contact") and found.get("name"):
            self.add_error("name", _("Choose somebody in the list, or write a new name: not both."))
        if not somebody and (found.get("subject") or found.get("since") or found.get("function")):
            self.add_error("contact", _("Choose somebody in the list, or write a new name."))
        if found.get("name") and not found.get("function"):
            self.add_error("function", _("Choose the function of this person."))
        return found

    def added(self) -> Added | None:
        found = self.cleaned_data
        if not found["contact"] and not found["name"]:
            return None
        return Added(
            contact=self.contacts.get(found["contact"]),
            name=found["name"],
            function=self.functions.get(found["function"]),
            frequency=found["frequency"] or Frequency.WEEKLY,
            subject=found["subject"],
            since=found["since"],
            shown=found["shown"] or Shown.BOTH,
        )


def _titled(contact: Contact) -> str:
    return f"{contact.name} · {contact.function}" if contact.function else contact.name


class Answer(forms.Form):
    """Everything that one page of a short link sends."""

    def __init__(
        self, data: Mapping[str, Any] | None, *, ties: Sequence[Declaration], contacts: Sequence[Contact],
        functions: Sequence[Function],
    ) -> None:  # fmt: skip
        super().__init__(data)
        here = {row.contact_id for row in ties}
        known = {str(row.pk): row for row in contacts if row.pk not in here}
        offered = {row.code: row for row in functions}
        self.ties = [OwnTie(data, declaration=row) for row in ties]
        self.new = [NewTie(data, prefix=f"new{n}", contacts=known, functions=offered) for n in range(NEW_LINES)]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        there = {tie.declaration.key for tie in self.ties}
        if any(key not in there for key in GIVEN.findall(" ".join(self.data))):
            self.add_error(None, _("A colleague changed one of these ties in the meantime: look at them again."))
        return found

    def is_valid(self) -> bool:
        parts = [form.is_valid() for form in (*self.ties, *self.new)]
        return super().is_valid() and all(parts)

    def corrected(self) -> list[Corrected]:
        return [said for tie in self.ties if (said := tie.corrected()) is not None]

    def added(self) -> list[Added]:
        return [said for line in self.new if (said := line.added()) is not None]

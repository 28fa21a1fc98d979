"""What people type in the directory, checked before any action."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reciproque.app.directory.models import Account, Function, Membership, Organisation, Person, Relationship
from reciproque.app.directory.names import fold, looks_like_formula, tidy
from reciproque.app.directory.queries.people import functions_of
from reciproque.app.directory.spreadsheet import LABELS, BadCell, local_phone, read_phone
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import Seat

MOST = 2**63 - 1
LANGUAGES = [("fr", "Français"), ("en", "English")]
COUNTRIES = [
    ("FR", gettext_lazy("France")),
    ("BE", gettext_lazy("Belgium")),
    ("CH", gettext_lazy("Switzerland")),
    ("LU", gettext_lazy("Luxembourg")),
    ("CA", gettext_lazy("Canada")),
    ("DE", gettext_lazy("Germany")),
    ("ES", gettext_lazy("Spain")),
    ("IT", gettext_lazy("Italy")),
    ("GB", gettext_lazy("United Kingdom")),
    ("IE", gettext_lazy("Ireland")),
    ("NL", gettext_lazy("Netherlands")),
    ("US", gettext_lazy("United States")),
    ("MA", gettext_lazy("Morocco")),
    ("SN", gettext_lazy("Senegal")),
    ("TN", gettext_lazy("Tunisia")),
]


class Words(forms.CharField):
    """A line of text as a person means it: no invisible characters, nothing that a spreadsheet would run."""

    def to_python(self, value: Any) -> str:
        text = tidy(super().to_python(value) or "")
        if looks_like_formula(text):
            raise ValidationError(_("Write plain words, without “%(sign)s” in front.") % {"sign": text[0]})
        return text


class Name(Words):
    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if text and not fold(text):
            raise ValidationError(_("Write this name in letters or digits."))
        return text


class PeopleField(forms.ModelMultipleChoiceField):
    """People ticked on a list. A number that no row can have is nobody's, and is not asked of the database."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "checkbox"})

    def clean(self, value: Any) -> QuerySet[Person]:
        for one in map(str, value or ()):
            if not one.isdecimal() or int(one) > MOST:
                raise ValidationError(self.error_messages["invalid_pk_value"], params={"pk": one[:20]})
        return super().clean(value)


def day(label: Any, *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class PersonForm(forms.Form):
    first_name = Name(label=gettext_lazy("First name"), max_length=80, required=False)
    last_name = Name(label=gettext_lazy("Last name"), max_length=80)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        help_text=gettext_lazy(
            "The invitation to answer goes there. Links of a wave that takes answers keep going where it was sent."
        ),
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)

    def __init__(self, *args: Any, organisation: Organisation, person: Person | None = None, **kwargs: Any) -> None:
        self.organisation = organisation
        if person is not None:
            kwargs["initial"] = {
                **{name: getattr(person, name) for name in self.base_fields if hasattr(person, name)},
                "phone": local_phone(person.phone, organisation.country),
            }
        super().__init__(*args, **kwargs)

    def clean_phone(self) -> str:
        text = tidy(self.cleaned_data["phone"])
        try:
            return read_phone(text, self.organisation.country) if text else ""
        except BadCell as error:
            raise ValidationError(str(error)) from error


class PostForm(forms.Form):
    function = forms.ModelChoiceField(label=gettext_lazy("Function"), queryset=Function.objects.none(), empty_label="–")
    title = Words(label=gettext_lazy("Job title"), max_length=120, required=False)
    started_on = day(gettext_lazy("In post since"))

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["function"].queryset = functions_of(organisation)  # type: ignore[attr-defined]


class NewPersonForm(PersonForm):
    """Somebody new, with the present post."""

    function = forms.ModelChoiceField(
        label=gettext_lazy("Function"), queryset=Function.objects.none(), empty_label="–", required=False
    )
    title = Words(label=gettext_lazy("Job title"), max_length=120, required=False)
    started_on = day(gettext_lazy("In post since"))

    field_order = ["first_name", "last_name", "email", "function", "title", "started_on", "phone", "language"]

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, organisation=organisation, **kwargs)
        self.fields["function"].queryset = functions_of(organisation)  # type: ignore[attr-defined]


class EndPostForm(forms.Form):
    ended_on = day(gettext_lazy("Last day in this post"), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"ended_on": clock.today()}, **kwargs})


class PeopleFilter(forms.Form):
    """Search and filters of the list. Whatever is typed, the list shows."""

    q = forms.CharField(label=gettext_lazy("Search"), max_length=80, required=False)
    function = forms.ChoiceField(label=gettext_lazy("Function"), required=False)
    left = forms.BooleanField(label=gettext_lazy("People who have left"), required=False)

    def __init__(self, *args: Any, functions: Sequence[Function], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["function"].choices = [  # type: ignore[attr-defined]
            ("", _("All functions")),
            *((function.code, str(function)) for function in functions),
        ]

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        found = self.cleaned_data
        text = found.get("q", "").replace("\x00", "")
        return {"text": text, "function": found.get("function", ""), "left": found.get("left", False)}


class OrganisationForm(forms.Form):
    name = Name(label=gettext_lazy("Name of the company"), max_length=200)
    registration_number = Words(label=gettext_lazy("Registration number (SIREN, VAT…)"), max_length=40, required=False)
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        choices=COUNTRIES,
        initial="FR",
        help_text=gettext_lazy("Used to read phone numbers."),
    )

    def __init__(self, *args: Any, organisation: Organisation | None = None, **kwargs: Any) -> None:
        if organisation is not None:
            kwargs["initial"] = {name: getattr(organisation, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)


class FunctionForm(forms.Form):
    name_fr = Name(label=gettext_lazy("Name in French"), max_length=80)
    name_en = Name(label=gettext_lazy("Name in English"), max_length=80, required=False)


class RelationshipForm(forms.Form):
    """The two companies by name: an existing name is recognised, a new one is created."""

    client = Name(
        label=gettext_lazy("The client company"),
        max_length=200,
        help_text=gettext_lazy("The one that buys."),
        widget=forms.TextInput(attrs={"list": "companies-known"}),
    )
    supplier = Name(
        label=gettext_lazy("The supplier company"),
        max_length=200,
        help_text=gettext_lazy("The one that sells."),
        widget=forms.TextInput(attrs={"list": "companies-known"}),
    )
    perimeter = Words(
        label=gettext_lazy("Perimeter"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "When these companies work together on several things: which one? For instance a site or a range."
        ),
    )
    started_on = day(gettext_lazy("Working together since"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("client") and fold(found["client"]) == fold(found.get("supplier") or ""):
            self.add_error("supplier", _("A relationship joins two different companies."))
        return found


class MemberForm(forms.Form):
    """Somebody and a role. ``seats``: the (role, side) pairs that the reader may give."""

    name = Name(label=gettext_lazy("First and last name"), max_length=160)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    seat = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)

    def __init__(self, *args: Any, relationship: Relationship, seats: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seat"].choices = [  # type: ignore[attr-defined]
            (f"{role}:{side}", seat_label(relationship, role, side)) for role, side in seats
        ]

    def clean_seat(self) -> tuple[str, str]:
        role, _colon, side = self.cleaned_data["seat"].partition(":")
        return role, side


def seat_label(relationship: Relationship, role: str, side: str) -> str:
    """A role in plain words: whose, and what it is for."""
    name = Membership.Role(role).label
    if role == Membership.Role.FACILITATOR:
        if side == Seat.NEUTRAL:
            return _("Facilitator, neutral third party: sees the people of both companies, never an answer")
        return _("Facilitator, employed by %(company)s: sees the people of that company only") % {
            "company": relationship.organisation(side)
        }
    if side == Seat.NEUTRAL:
        return _("Observer, neutral: reads what both companies read")
    return _("%(role)s for %(company)s: %(what)s") % {
        "role": name,
        "company": relationship.organisation(side),
        "what": str(WHAT_ROLES_DO[Membership.Role(role)]),
    }


WHAT_ROLES_DO = {
    Membership.Role.SPONSOR: gettext_lazy(
        "signs the rules, holds that side’s key, reads at the same minute as the other sponsor"
    ),
    Membership.Role.DEPUTY: gettext_lazy("holds a second copy of that side’s key, in case the sponsor is away"),
    Membership.Role.MEMBER: gettext_lazy("takes part and reads what was published"),
    Membership.Role.OBSERVER: gettext_lazy("reads what was published, changes nothing"),
}


class UploadForm(forms.Form):
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Company"),
        queryset=Organisation.objects.none(),
        to_field_name="key",
        empty_label=None,
        help_text=gettext_lazy("The company of the lines that do not name one."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV or XLSX, at most 5 MB and 10,000 lines. Titles of columns are recognised in French and English."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def __init__(self, *args: Any, companies: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = companies  # type: ignore[attr-defined]


class MappingForm(forms.Form):
    """What each column holds, and what unknown functions mean. The rows themselves travel signed in ``content``."""

    content = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *, headers: Sequence[str], mapping: Sequence[str], content: str) -> None:
        super().__init__(initial={"content": content})
        choices = [("", _("Leave out")), *((name, _(label)) for name, label in LABELS.items())]
        for index, (header, name) in enumerate(zip(headers, mapping, strict=True)):
            label = header or _("Column %(number)s, without a title") % {"number": index + 1}
            self.fields[f"column-{index}"] = forms.ChoiceField(
                label=label, choices=choices, initial=name, required=False
            )

    def ask_functions(self, unknown: dict[str, str], chosen: dict[str, str], functions: Sequence[Function]) -> None:
        choices = [("new", _("Add it to the company’s functions")), *((row.code, str(row)) for row in functions)]
        for folded, written in unknown.items():
            self.fields[f"function-{folded}"] = forms.ChoiceField(
                label=written, choices=choices, initial=chosen.get(folded, "new")
            )

    def columns(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("column-")]

    def functions(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("function-")]


class SetupForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("One-time code"),
        max_length=100,
        help_text=gettext_lazy("Printed in the terminal where the server was started."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = Name(label=gettext_lazy("First and last name"), max_length=160)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        help_text=gettext_lazy("At least 12 characters. A sentence is easier to keep than a word."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if password := found.get("password"):
            try:
                validate_password(password, Account(email=found.get("email", ""), name=found.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return found


class ProfileForm(forms.Form):
    name = Name(label=gettext_lazy("First and last name"), max_length=160)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)

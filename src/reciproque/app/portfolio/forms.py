"""What people type about a portfolio, checked before any action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reciproque.app.directory.forms import COUNTRIES, LANGUAGES, Name, Words
from reciproque.app.portfolio.amounts_file import LABELS
from reciproque.app.portfolio.criteria import SCALES, Scale, anchors
from reciproque.app.portfolio.models import Direction, Partner, Portfolio, Score
from reciproque.app.portfolio.names import siren_of, vat_of
from reciproque.app.portfolio.queries import lists
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import Side

CURRENCIES = [(code, code) for code in ("EUR", "USD", "GBP", "CHF", "CAD", "MAD", "TND", "XOF")]
MOST_CAPACITY = 200


def capacity() -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("How many partners can be given real effort?"),
        min_value=1,
        max_value=MOST_CAPACITY,
        initial=9,
        help_text=gettext_lazy("Few: each one takes people, months and candour on both sides."),
    )


class PortfolioForm(forms.Form):
    chair = forms.ChoiceField(
        label=gettext_lazy("From which chair?"),
        choices=[
            (Side.CLIENT, gettext_lazy("We buy: the partners are our suppliers")),
            (Side.SUPPLIER, gettext_lazy("We sell: the partners are our clients")),
        ],
        widget=forms.RadioSelect,
    )
    name = Name(label=gettext_lazy("Name of the portfolio"), max_length=120)
    capacity = capacity()
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=CURRENCIES)


class SettingsForm(forms.Form):
    name = Name(label=gettext_lazy("Name of the portfolio"), max_length=120)
    capacity = capacity()

    def __init__(self, *args: Any, portfolio: Portfolio, **kwargs: Any) -> None:
        kwargs["initial"] = {"name": portfolio.name, "capacity": portfolio.capacity}
        super().__init__(*args, **kwargs)


class ColleagueForm(forms.Form):
    name = Name(label=gettext_lazy("First and last name"), max_length=160)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)


class PartnerForm(forms.Form):
    name = Name(label=gettext_lazy("Name of the company"), max_length=200)
    code = Words(label=gettext_lazy("Code in your own system"), max_length=40, required=False)
    category = Words(label=gettext_lazy("Category"), max_length=80, required=False)
    siren = forms.CharField(label=gettext_lazy("SIREN or SIRET"), max_length=20, required=False)
    vat = forms.CharField(label=gettext_lazy("VAT number"), max_length=24, required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=[("", "–"), *COUNTRIES], required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Its first line is shown under the name in the lists."),
    )

    def __init__(self, *args: Any, partner: Partner | None = None, **kwargs: Any) -> None:
        if partner is not None:
            kwargs["initial"] = {name: getattr(partner, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)

    def clean_siren(self) -> str:
        text = self.cleaned_data["siren"].strip()
        if text and not siren_of(text):
            raise ValidationError(_("This is not a SIREN. It has nine digits; check them, or leave the field empty."))
        return siren_of(text)

    def clean_vat(self) -> str:
        text = self.cleaned_data["vat"].strip()
        if text and not vat_of(text):
            raise ValidationError(_("This is not a VAT number. It starts with two letters, as in FR 40 303 265 045."))
        return vat_of(text)


class ScoreForm(forms.Form):
    """One fieldset per scale: five sentences to choose from, and what the choice rests on. Blank: nothing said."""

    def __init__(self, *args: Any, partner: Partner, standing: Sequence[Score], volume: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = {score.scale: score for score in standing}
        self.scales = [scale for scale in SCALES if scale != Scale.VOLUME or volume]
        for scale in self.scales:
            choices = [(str(step.level), step.anchor) for step in anchors(partner.portfolio.chair, scale)]
            mine = said.get(scale)
            self.fields[scale.value] = forms.ChoiceField(
                label=scale.label,
                choices=choices,
                required=False,
                widget=forms.RadioSelect,
                initial=str(mine.level) if mine else None,
            )
            self.fields[f"{scale.value}-evidence"] = forms.CharField(
                label=gettext_lazy("On what ground?"),
                max_length=500,
                required=False,
                initial=mine.evidence if mine else "",
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[scale.value], self[f"{scale.value}-evidence"]) for scale in self.scales]

    def given(self) -> dict[str, tuple[int, str]]:
        found = self.cleaned_data
        return {
            scale.value: (int(found[scale.value]), found[f"{scale.value}-evidence"].strip())
            for scale in self.scales
            if found.get(scale.value)
        }

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for scale in self.scales:
            if found.get(f"{scale.value}-evidence") and not found.get(scale.value):
                self.add_error(scale.value, _("Choose a sentence too: the ground alone does not count."))
        return found


class PartnerFilter(forms.Form):
    """Search, filters and order of the list. Whatever is typed, the list shows."""

    q = forms.CharField(label=gettext_lazy("Search"), max_length=80, required=False)
    place = forms.ChoiceField(
        label=gettext_lazy("Place"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("in", gettext_lazy("Within capacity")),
            ("out", gettext_lazy("Outside")),
            ("fragile", gettext_lazy("Fragile ranks")),
        ],
    )
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    sort = forms.ChoiceField(
        label=gettext_lazy("Sort by"),
        required=False,
        choices=[
            ("rank", gettext_lazy("Rank")),
            ("name", gettext_lazy("Name")),
            ("amount", gettext_lazy("Volume")),
            ("potential", gettext_lazy("Potential")),
            ("criticality", gettext_lazy("Criticality")),
            ("stance", gettext_lazy("Stance")),
            ("market", gettext_lazy("Market")),
            ("share", gettext_lazy("Share of the weights that put it in")),
        ],
    )

    def __init__(self, *args: Any, categories: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", _("All categories")), *((one, one) for one in categories)]  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        found = self.cleaned_data
        sort = found.get("sort", "")
        return {
            "text": found.get("q", "").replace("\x00", ""),
            "category": found.get("category", ""),
            "place": found.get("place", ""),
            "sort": sort if sort in lists.SORTS else "rank",
        }


class EngageForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why this partner, in your words"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Kept with the ranks and scores of today. Your company alone reads it."),
    )
    perimeter = Words(
        label=gettext_lazy("Perimeter"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("When you work together on several things: which one?"),
    )


class OrderForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Who said so, and why"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AmountsForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV or XLSX, at most 5 MB and 50,000 lines, as your accounting program exports it: one line per invoice "
            "or per partner. Titles of columns are recognised in French and English."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year of the lines without a date"),
        min_value=1990,
        max_value=2100,
    )
    direction = forms.ChoiceField(label=gettext_lazy("Lines that do not say are"), choices=Direction.choices)

    def __init__(self, *args: Any, portfolio: Portfolio, **kwargs: Any) -> None:
        bought = portfolio.chair == Side.CLIENT
        kwargs["initial"] = {
            "year": clock.today().year - 1,
            "direction": Direction.BOUGHT if bought else Direction.SOLD,
        }
        super().__init__(*args, **kwargs)


class ColumnsForm(forms.Form):
    """What each column holds, and the rates of other currencies. The lines themselves travel signed in ``content``."""

    content = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self,
        *,
        headers: Sequence[str],
        mapping: Sequence[str],
        content: str,
        currencies: Sequence[str],
        rates: Mapping[str, Decimal],
    ) -> None:
        super().__init__(initial={"content": content})
        choices = [("", _("Leave out")), *((name, _(label)) for name, label in LABELS.items())]
        for index, (header, name) in enumerate(zip(headers, mapping, strict=True)):
            label = header or _("Column %(number)s, without a title") % {"number": index + 1}
            self.fields[f"column-{index}"] = forms.ChoiceField(
                label=label, choices=choices, initial=name, required=False
            )
        for code in currencies:
            self.fields[f"rate-{code}"] = forms.CharField(
                label=_("One %(code)s is worth") % {"code": code},
                required=False,
                initial=str(rates[code]).rstrip("0").rstrip(".") if code in rates else "",
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )

    def columns(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("column-")]

    def rates(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("rate-")]


def typed_rates(sent: Mapping[str, Any]) -> dict[str, Decimal]:
    """The rates of a form that can be read and are positive; the others are left out."""
    found = {}
    for name, value in sent.items():
        if name.startswith("rate-"):
            try:
                rate = Decimal(str(value).strip().replace("\u00a0", "").replace(",", "."))
            except InvalidOperation:
                continue
            if rate.is_finite() and 0 < rate < 1_000_000:
                found[name[5:8]] = rate
    return found

"""Purchases and sales as accounting programs export them: lines read and added up by partner.

Nothing here knows the tables: cells in, totals and problems out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reciproque.app.directory.names import fold, looks_like_formula
from reciproque.app.directory.spreadsheet import BadCell, Expected, Problem, Table, read_date, written
from reciproque.app.portfolio.criteria import STEPS, Scale
from reciproque.app.portfolio.models import Direction
from reciproque.app.portfolio.names import matched_name, siren_of, vat_of

MAX_LINES = 50_000
LABELS = {
    "code": gettext_noop("Code in your own system"),
    "name": gettext_noop("Name of the partner"),
    "siren": gettext_noop("SIREN or SIRET"),
    "vat": gettext_noop("VAT number"),
    "country": gettext_noop("Country"),
    "category": gettext_noop("Category"),
    "amount": gettext_noop("Amount"),
    "currency": gettext_noop("Currency"),
    "date": gettext_noop("Date or year"),
    "direction": gettext_noop("Direction"),
    Scale.UP: gettext_noop("Potential up"),
    Scale.DOWN: gettext_noop("Potential down"),
    Scale.CRITICALITY: gettext_noop("Specificity or criticality"),
    Scale.DECLARED: gettext_noop("Stance towards us, as declared"),
    Scale.ESTIMATED: gettext_noop("Stance towards us, as estimated"),
    Scale.MARKET: gettext_noop("Market position"),
}
SYNONYMS = {
    "code": (
        "code|code fournisseur|n° fournisseur|numéro fournisseur|numéro de fournisseur|compte fournisseur|code tiers|"
        "compte tiers|compte auxiliaire|compte aux|cpte aux|"
        "code client|n° client|numéro client|compte client|vendor|vendor code|"
        "vendor number|vendor id|supplier code|supplier id|supplier number|customer code|customer number|customer id"
    ),
    "name": (
        "fournisseur|nom fournisseur|nom du fournisseur|raison sociale|client|nom client|nom du client|nom|tiers|"
        "libellé tiers|intitulé|intitulé du compte|supplier|supplier name|vendor name|customer|customer name|name|"
        "société|entreprise|partenaire|partner|company"
    ),
    "siren": "siren|siret|numéro siren|n° siren|n° siret|registration number|siren siret",
    "vat": (
        "tva|n° tva|numéro de tva|tva intracom|n° tva intracom|tva intracommunautaire|n° tva intracommunautaire|vat|"
        "vat number|vat id"
    ),
    "country": "pays|code pays|country|country code",
    "category": (
        "catégorie|famille|famille d'achat|famille d'achats|segment|category|commodity|groupe de marchandises|"
        "material group|domaine d'achat"
    ),
    "amount": (
        "montant|montant ht|montant hors taxe|montant hors taxes|total ht|ht|ca|ca ht|chiffre d'affaires|dépense|"
        "dépenses|montant en devise|montant devise|net ht|montant net|amount|net amount|spend|turnover|total|valeur|"
        "value|sales amount|amount in document currency"
    ),
    "currency": "devise|dev|monnaie|currency|code devise|currency code|document currency",
    "date": (
        "date|date comptable|date facture|date de facture|date d'écriture|date de la pièce|date pièce|"
        "date de pièce|posting date|invoice date|"
        "document date|période|period|mois|month|année|exercice|year|fiscal year"
    ),
    "direction": "sens|direction|flux|achat ou vente|achat/vente|bought or sold",
    Scale.UP: "potentiel à la hausse|potentiel hausse|hausse|potential up|upside",
    Scale.DOWN: "potentiel à la baisse|potentiel baisse|baisse|potential down|downside",
    Scale.CRITICALITY: "criticité|spécificité|spécificité ou criticité|criticality|specificity",
    Scale.DECLARED: "posture déclarée|posture affichée|declared stance|stance declared",
    Scale.ESTIMATED: "posture|posture estimée|posture envers nous|stance|estimated stance|stance estimated",
    Scale.MARKET: "marché|position de marché|market|market position",
}
EXPECTED = Expected({fold(word): name for name, words in SYNONYMS.items() for word in words.split("|")}, MAX_LINES)
LEVELS = (Scale.UP, Scale.DOWN, Scale.CRITICALITY, Scale.DECLARED, Scale.ESTIMATED, Scale.MARKET)
LENGTHS = {"code": 40, "name": 200, "category": 80, "country": 60, "siren": 60, "vat": 60}
SIGNS = {"€": "EUR", "EURO": "EUR", "EUROS": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "FCFA": "XOF"}
BOUGHT = {fold(word) for word in ["achat", "achats", "acheté", "bought", "purchase", "purchases", "buy"]}
SOLD = {fold(word) for word in ["vente", "ventes", "vendu", "sold", "sale", "sales", "sell"]}
BLANKS = re.compile(r"[\s\u00a0\u202f'’]")
CURRENCY_SIGNS = re.compile(r"[€$£]|EUR|USD|GBP|CHF", re.IGNORECASE)
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(E[+-]?\d+)?", re.IGNORECASE)


@dataclass
class Total:
    """One partner of the file: who it is, and its amounts added up by year, direction and currency."""

    name: str = ""
    code: str = ""
    siren: str = ""
    vat: str = ""
    country: str = ""
    category: str = ""
    lines: int = 0
    first_line: int = 0
    amounts: dict[tuple[int, str, str], Decimal] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """Its name, or what stands for it in the file."""
        return self.name or self.code or self.siren or self.vat


@dataclass(frozen=True)
class Added:
    """The whole file, added up."""

    totals: tuple[Total, ...]
    problems: tuple[Problem, ...]
    lines: int

    @property
    def refused(self) -> int:
        return len({problem.line for problem in self.problems if problem.line})

    @property
    def currencies(self) -> list[str]:
        return sorted({currency for total in self.totals for _year, _direction, currency in total.amounts})

    @property
    def years(self) -> list[int]:
        return sorted({year for total in self.totals for year, _direction, _currency in total.amounts})


@dataclass(frozen=True)
class Defaults:
    """What the file does not say."""

    year: int
    direction: str
    currency: str
    today: date


Cells = dict[str, str]
Reader = Callable[[str], object]


def add_up(table: Table, mapping: Sequence[str], defaults: Defaults) -> Added:
    """Each line read, then added to its partner. A line with a problem is refused whole and counted nowhere."""
    whole = _whole_problems(mapping)
    if whole:
        return Added((), tuple(whole), 0)
    columns = [(index, name, table.headers[index]) for index, name in enumerate(mapping) if name]
    readers = _readers(table, columns, defaults)
    totals: dict[str, Total] = {}
    problems: list[Problem] = []
    lines = 0
    for number, cells in table.rows:
        values, wrong = _read_line(number, cells, columns, readers)
        if values is None:
            continue
        lines += 1
        wrong = wrong or _without_identity(number, values)
        if wrong:
            problems += wrong
        else:
            _add(totals, number, values, defaults)
    return Added(tuple(totals.values()), tuple(problems), lines)


def _whole_problems(mapping: Sequence[str]) -> list[Problem]:
    named = [name for name in mapping if name]
    problems = []
    if not {"name", "code", "siren", "vat"} & set(named):
        problems.append(Problem(0, "", _("Say which column holds the name or the code of the partner.")))
    if not {"amount", *LEVELS} & set(named):
        problems.append(Problem(0, "", _("Say which column holds the amount.")))
    for name in sorted({name for name in named if named.count(name) > 1}):
        problems.append(
            Problem(0, _(LABELS[name]), _("Two columns are read as the same thing. Leave one of them out."))
        )
    return problems


def _read_line(
    number: int, cells: Sequence[str], columns: Sequence[tuple[int, str, str]], readers: dict[str, Reader]
) -> tuple[dict[str, object] | None, list[Problem]]:
    """The values of a line; None for a blank one."""
    values: dict[str, object] = {}
    problems = []
    for index, name, header in columns:
        text = written(cells[index]) if index < len(cells) else ""
        if not text:
            continue
        try:
            values[name] = readers[name](text)
        except BadCell as error:
            problems.append(Problem(number, header, str(error)))
            values[name] = ""
    return (values or None), problems


def _without_identity(number: int, values: dict[str, object]) -> list[Problem]:
    if any(values.get(name) for name in ("name", "code", "siren", "vat")):
        return []
    return [Problem(number, _("Partner"), _("This line names no partner. Write a name or a code, or delete it."))]


def _readers(table: Table, columns: Sequence[tuple[int, str, str]], defaults: Defaults) -> dict[str, Reader]:
    index = next((index for index, name, _header in columns if name == "amount"), None)
    cells = [row[index] for _number, row in table.rows if index < len(row)] if index is not None else []
    mark = decimal_mark(cells)
    return {
        **{name: _text(name) for name in LENGTHS},
        **dict.fromkeys(LEVELS, read_level),
        "amount": lambda text: read_amount(text, mark),
        "currency": read_currency,
        "direction": read_direction,
        "date": lambda text: read_date(text, defaults.today).year,
        "siren": siren_of,
        "vat": vat_of,
        "country": lambda text: text.upper() if re.fullmatch(r"[A-Za-z]{2}", text) else "",
    }


def _text(name: str) -> Reader:
    most = LENGTHS[name]

    def read(text: str) -> str:
        if looks_like_formula(text):
            raise BadCell(
                _("This cell starts like a formula. Write the text itself, without “%(sign)s” in front.")
                % {"sign": text[0]}
            )
        return text[:most]

    return read


def _add(totals: dict[str, Total], number: int, values: dict[str, object], defaults: Defaults) -> None:
    total = totals.setdefault(_identity(values), Total(first_line=number))
    for name in ("name", "code", "siren", "vat", "country", "category"):
        if values.get(name) and not getattr(total, name):
            setattr(total, name, values[name])
    total.lines += 1
    for scale in LEVELS:
        if isinstance(level := values.get(scale), int):
            total.levels[str(scale)] = level
    if isinstance(amount := values.get("amount"), Decimal):
        key = _period(values, defaults)
        total.amounts[key] = total.amounts.get(key, Decimal(0)) + amount


def _period(values: dict[str, object], defaults: Defaults) -> tuple[int, str, str]:
    """Year, direction and currency of a line."""
    said = {"date": defaults.year, "direction": defaults.direction, "currency": defaults.currency}
    year, direction, currency = (values.get(name) or default for name, default in said.items())
    return int(str(year)), str(direction), str(currency)


def _identity(values: dict[str, object]) -> str:
    for name in ("code", "siren", "vat"):
        if values.get(name):
            return f"{name}:{values[name]}"
    return f"name:{matched_name(str(values['name']))}"


# ---------------------------------------------------------------- cells
def decimal_mark(cells: Sequence[str]) -> str:
    """The decimal sign of a column of amounts: what a majority of its telling cells use.

    A sign that comes twice, or before another one, separates thousands; one followed by anything but three digits is
    decimal. A column that never tells, such as 1.234 and 5.678, separates thousands: amounts have cents, not mills.

    >>> decimal_mark(["1 234,56"]), decimal_mark(["1,234.56"]), decimal_mark(["1.234", "5.678"])
    (',', '.', ',')
    """
    votes = {",": 0, ".": 0}
    doubtful = {",": 0, ".": 0}
    for cell in cells[:5_000]:
        signs = re.findall(r"[.,]", cell)
        if not signs:
            continue
        last = signs[-1]
        other = "." if last == "," else ","
        after = len(re.findall(r"\d", cell[cell.rindex(last) :]))
        if len(set(signs)) == 2 or (len(signs) == 1 and after != 3):
            votes[last] += 1
        elif len(signs) > 1:
            votes[other] += 1
        else:
            doubtful[last] += 1
    if votes["."] != votes[","]:
        return "." if votes["."] > votes[","] else ","
    return "," if doubtful["."] else "."


def read_amount(text: str, mark: str) -> Decimal:
    """1 234,56, (1 234,56), 1234,56-, € 1.234,56: an amount, negative for a credit note."""
    bare = CURRENCY_SIGNS.sub("", BLANKS.sub("", text))
    bracketed = len(bare) > 2 and bare[0] == "(" and bare[-1] == ")"
    bare = bare[1:-1] if bracketed else bare
    negative = bracketed or bare.endswith("-")
    bare = bare.removesuffix("-").replace("\u2212", "-")
    if "." in bare and "," in bare:  # such a cell tells by itself, whatever its column does
        mark = max(".,", key=bare.rindex)
    bare = bare.replace("." if mark == "," else ",", "").replace(mark, ".")
    if not NUMBER.fullmatch(bare):
        raise BadCell(_("“%(text)s” is not an amount. Write it as 1234,56.") % {"text": text[:40]})
    try:
        amount = round(Decimal(bare), 2)
    except InvalidOperation as error:
        raise BadCell(_("“%(text)s” is not an amount. Write it as 1234,56.") % {"text": text[:40]}) from error
    if abs(amount) >= Decimal(10) ** 12:
        raise BadCell(_("“%(text)s” is too large to be an amount. Is it the right column?") % {"text": text[:40]})
    return -amount if negative else amount


def read_currency(text: str) -> str:
    code = SIGNS.get(text.upper(), text.upper())
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise BadCell(_("“%(text)s” is not a currency. Write its three letters, as EUR.") % {"text": text[:40]})
    return code


def read_direction(text: str) -> str:
    word = fold(text)
    if word in BOUGHT:
        return Direction.BOUGHT
    if word in SOLD:
        return Direction.SOLD
    raise BadCell(_("“%(text)s” is neither bought nor sold. Write one of the two.") % {"text": text[:40]})


def read_level(text: str) -> int:
    if not re.fullmatch(r"[0-4]([.,]0+)?", text):
        raise BadCell(_("A level goes from 0 to %(most)s. “%(text)s” does not.") % {"most": STEPS, "text": text[:20]})
    return int(text[0])

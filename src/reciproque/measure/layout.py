"""Which column says what: one answer a row (long) or one person a row (wide), in English or in French."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from reciproque.instruments import Instrument
from reciproque.measure.errors import Refused
from reciproque.measure.language import gettext as _
from reciproque.measure.table import Table

KEYS = ("relationship", "side", "wave", "respondent", "function")
WORDS = {
    "relationship": ("relationship", "relation", "relationid", "relationshipid"),
    "side": ("side", "cote", "camp"),
    "wave": ("wave", "vague", "campagne"),
    "respondent": ("respondent", "repondant", "repondante", "person", "personne", "participant", "respondentid"),
    "function": ("function", "fonction", "metier", "department", "service"),
    "item": ("item", "question", "code", "itemcode"),
    "view": ("view", "regard", "vue"),
    "value": ("value", "valeur", "answer", "reponse"),
}
TITLES = 10  # lines that may stand above the names of the columns
SIDES = {
    **dict.fromkeys(("client", "cliente", "customer", "buyer", "acheteur", "donneurdordre", "c"), 0),
    **dict.fromkeys(("supplier", "fournisseur", "fournisseuse", "seller", "vendor", "prestataire", "s", "f"), 1),
}
VIEWS = {
    **dict.fromkeys(("direct", "directe", "own", "d"), False),
    **dict.fromkeys(("mirror", "miroir", "meta", "m"), True),
}
MIRROR_ENDINGS = ("m", "mirror", "miroir", "meta")
LOOKS_LIKE_A_CODE = re.compile(r"[A-Z]{1,2}[0-9]{1,2}m?")


def plain(text: str) -> str:
    """Letters and digits only, without accents or capitals, so that `Côté ` is `cote`."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in bare if letter.isalnum())


def names_a_side(names: Iterable[str]) -> bool:
    """Whether cells are the names of columns, and not a title above them."""
    return any(plain(name) in WORDS["side"] for name in names)


@dataclass(frozen=True)
class Layout:
    """`columns` says which rank of the table holds each thing; `items` does so for each question of a wide file."""

    name: str  # long, wide
    why: str
    columns: dict[str, int]
    items: dict[str, int]
    ignored: tuple[str, ...]
    unknown: tuple[str, ...]  # columns that look like questions and are not in the questionnaire


def question_codes(instrument: Instrument) -> dict[str, str]:
    """Every way to write the code of a question, without accents or signs, and the code."""
    codes = {plain(item.code): item.code for item in instrument.items}
    for item in instrument.items:
        if item.mirror:
            codes |= {plain(item.code) + ending: item.mirror_code for ending in MIRROR_ENDINGS}
    return codes


def recognise(table: Table, instrument: Instrument) -> Layout:
    """Raises Refused when neither layout fits, when a thing has two columns or when nothing says the side."""
    roles = _roles(table)
    codes = question_codes(instrument)
    found = {rank: codes[plain(name)] for rank, name in enumerate(table.columns) if plain(name) in codes}
    if "item" in roles and "value" in roles and len(found) < 2:
        return _readable(table, _long(table, roles))
    if not found:
        raise Refused(
            _(
                "The columns were not recognised: %(columns)s. Their names are expected on the first line that holds "
                "something. A file has either one answer a row (relationship, side, wave, respondent, function, item, "
                "view, value) or one person a row, with a column for each question (%(codes)s…)."
            )
            % {
                "columns": ", ".join(_names_only(table, instrument))[:200],
                "codes": ", ".join(item.code for item in instrument.items[:3]),
            }
        )
    return _readable(table, _wide(table, roles, found))


def _names_only(table: Table, instrument: Instrument) -> list[str]:
    """Without what may be the answers of somebody, when a file does not name its columns."""
    answers = {plain(word) for words in instrument.scale.values() for word in words}
    return [name for name in table.columns if any(map(str.isalpha, name)) and plain(name) not in answers]


def _readable(table: Table, layout: Layout) -> Layout:
    """Parquet knows lists, durations and raw bytes, in which nobody answers."""
    for rank in (*layout.columns.values(), *layout.items.values()):
        kind = table.schema[table.columns[rank]] if table.schema else pl.String()
        if kind.is_nested() or kind in (pl.Binary, pl.Duration, pl.Object):
            raise Refused(
                _("The column “%(column)s” holds neither texts nor numbers.") % {"column": table.columns[rank]}
            )
    return layout


def _roles(table: Table) -> dict[str, int]:
    roles: dict[str, int] = {}
    for rank, name in enumerate(table.columns):
        for role, words in WORDS.items():
            if plain(name) not in words:
                continue
            if role in roles:
                raise Refused(_twice(table.columns[roles[role]], name))
            roles[role] = rank
    return roles


def _twice(one: str, other: str) -> str:
    return _("Two columns say the same thing: “%(one)s” and “%(other)s”. Keep one of them.") % {
        "one": one,
        "other": other,
    }


def _need_side(roles: dict[str, int]) -> None:
    if "side" not in roles:
        raise Refused(_("No column says the side: add a column “side” with client or supplier in each row."))


def _ignored(table: Table, used: set[int]) -> tuple[str, ...]:
    return tuple(name for rank, name in enumerate(table.columns) if rank not in used and name)


def _long(table: Table, roles: dict[str, int]) -> Layout:
    _need_side(roles)
    if "respondent" not in roles:
        raise Refused(
            _(
                "One answer a row needs a column “respondent”: without it, the answers of a person cannot be brought "
                "together."
            )
        )
    return Layout(
        name="long",
        why=_("One answer a row: “%(item)s” names the question, “%(value)s” holds the answer.")
        % {"item": table.columns[roles["item"]], "value": table.columns[roles["value"]]},
        columns=roles,
        items={},
        ignored=_ignored(table, set(roles.values())),
        unknown=(),
    )


def _wide(table: Table, roles: dict[str, int], found: dict[int, str]) -> Layout:
    _need_side(roles)
    items: dict[str, int] = {}
    for rank, code in found.items():
        if code in items:
            raise Refused(_twice(table.columns[items[code]], table.columns[rank]))
        items[code] = rank
    keys = {role: rank for role, rank in roles.items() if role in KEYS}
    ignored = _ignored(table, {*keys.values(), *found})
    return Layout(
        name="wide",
        why=_("One person a row: %(count)d columns are questions.") % {"count": len(items)},
        columns=keys,
        items=items,
        ignored=ignored,
        unknown=tuple(name for name in ignored if LOOKS_LIKE_A_CODE.fullmatch(name)),
    )

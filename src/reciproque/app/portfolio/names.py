"""What makes two spellings one company: names without legal forms, SIREN and VAT numbers. Pure text."""

from __future__ import annotations

import re

from reciproque.app.directory.names import fold

LEGAL_FORMS = frozenset(
    {
        *("sa", "sas", "sasu", "sarl", "eurl", "snc", "sci", "scop", "scic", "sca", "scs", "selarl", "gie", "gaec"),
        *("earl", "cie", "ltd", "limited", "plc", "llc", "llp", "inc", "incorporated", "corp", "corporation", "co"),
        *("company", "gmbh", "ag", "kg", "ohg", "ug", "se", "bv", "nv", "cv", "sprl", "srl", "spa", "sl", "slu"),
        *("lda", "ab", "as", "oy", "aps", "kft", "sro"),
    }
)
NOT_ALNUM = re.compile(r"[^0-9A-Za-z]")


def matched_name(name: str) -> str:
    """The folded name without legal forms at either end.

    >>> matched_name("SAS Emballages Lorvaux"), matched_name("EMBALLAGES-LORVAUX S.A.S.")
    ('emballages lorvaux', 'emballages lorvaux')
    """
    words = _joined(fold(name).split())
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    while len(words) > 1 and words[0] in LEGAL_FORMS:
        words.pop(0)
    return " ".join(words)[:200]


def _joined(words: list[str]) -> list[str]:
    """Letters that stand alone in a row are one word: S.A.S. is sas."""
    joined: list[str] = []
    run = ""
    for word in words:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        joined += [run] if run else []
        run = ""
        joined.append(word)
    return joined + ([run] if run else [])


def siren_of(text: str) -> str:
    """The nine digits of a SIREN, of a SIRET or of a French VAT number; "" when there are none that hold."""
    digits = NOT_ALNUM.sub("", text).upper()
    if digits.startswith("FR") and len(digits) == 13:
        digits = digits[4:]
    if len(digits) == 14:
        digits = digits[:9]
    return digits if len(digits) == 9 and digits.isdecimal() and _luhn(digits) else ""


def vat_of(text: str) -> str:
    """A VAT number without spaces: two letters, then letters and digits; "" when it is not one."""
    compact = NOT_ALNUM.sub("", text).upper()
    return compact if re.fullmatch(r"[A-Z]{2}[0-9A-Z]{6,14}", compact) else ""


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0

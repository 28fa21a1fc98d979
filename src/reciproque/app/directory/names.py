"""Names as people write them: folding for comparison, tidying for storage. Pure text, no tables."""

from __future__ import annotations

import re
import unicodedata
import zlib

from django.utils.text import slugify

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SPACES = re.compile(r"\s+")
NOT_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """The text without accents, case, punctuation or double spaces: two spellings of one name fold alike."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    return NOT_WORD.sub(" ", plain.replace("œ", "oe").replace("æ", "ae")).strip()


def tidy(text: str) -> str:
    """The text in composed form, without control or invisible characters, with single spaces."""
    if text.isascii() and text.isprintable():
        return SPACES.sub(" ", text).strip()
    visible = "".join(" " if letter in "\t\r\n\u00a0\u202f" else letter for letter in text)
    kept = "".join(letter for letter in visible if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return SPACES.sub(" ", unicodedata.normalize("NFC", kept)).strip()


def folded_person(first_name: str, last_name: str) -> str:
    """The natural key of somebody without an e-mail address. Lists are sorted by it, É beside E."""
    return fold(f"{last_name} {first_name}")[:170]


def own_code(name: str) -> str:
    """The code of a function that a company adds: two names that fold differently never share it."""
    folded = fold(name)
    return f"own-{slugify(folded)[:26]}-{zlib.crc32(folded.encode()):08x}"


def looks_like_formula(text: str) -> bool:
    return text.startswith(FORMULA_STARTS)


def split_full_name(text: str) -> tuple[str, str]:
    """First and last name of a full one. The last name is in capitals, else it follows the first word."""
    words = text.split()
    capitals = [word for word in words if len(word) > 1 and word.isupper()]
    if capitals and len(capitals) < len(words):
        return " ".join(word for word in words if word not in capitals), " ".join(capitals)
    return (words[0], " ".join(words[1:])) if len(words) > 1 else ("", text)

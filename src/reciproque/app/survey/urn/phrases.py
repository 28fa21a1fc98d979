"""Opening phrases: seven words drawn among about 7,776, ninety bits, easy to print, dictate and type again.

The lists (French and English, lower case, no accent) come from the `dicewarepy` package, pinned by hash. A phrase
already printed stays valid whatever happens to the lists: the key is derived from the words, not from their rank.
"""

from __future__ import annotations

import difflib
import functools
import re
import secrets
import unicodedata

from dicewarepy.diceware import wordlist

from reciproque.app.survey.urn.errors import UnknownWord, WrongNumberOfWords

WORDS = 7
LANGUAGES = ("fr", "en")


@functools.cache
def words(language: str) -> tuple[str, ...]:
    """The list of one language, only words made of plain letters."""
    if language not in LANGUAGES:
        raise ValueError(f"no word list for {language!r}")
    return tuple(word for word in wordlist(language).values() if word.isascii() and word.isalpha())


def draw(language: str) -> tuple[str, ...]:
    """A new opening phrase."""
    return tuple(secrets.choice(words(language)) for _ in range(WORDS))


def typed_words(typed: str) -> tuple[str, ...]:
    """The words somebody typed, whatever the case, accents, ligatures, hyphens, commas and spaces."""
    letters = unicodedata.normalize("NFKD", typed.casefold().replace("œ", "oe").replace("æ", "ae"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return tuple(re.findall(r"[a-z]+", bare))


def read(typed: str, language: str) -> str:
    """The phrase to derive a key from; refuses a wrong number of words, then the first word in neither list."""
    found = typed_words(typed)
    known = known_words()
    for word in found:
        if word not in known:
            raise UnknownWord(word, nearest(word, language))
    if len(found) != WORDS:
        raise WrongNumberOfWords(len(found))
    return canonical(found)


def canonical(found: tuple[str, ...]) -> str:
    return " ".join(found)


@functools.cache
def known_words() -> frozenset[str]:
    return frozenset(word for language in LANGUAGES for word in words(language))


def nearest(word: str, language: str) -> str:
    """The word most probably meant: the shortest that begins so, else the one that looks most alike."""
    beginning = [candidate for candidate in words(language) if candidate.startswith(word)] if len(word) >= 3 else []
    alike = difflib.get_close_matches(word, words(language), n=1, cutoff=0.6)
    return min(beginning, key=len, default=alike[0] if alike else "")

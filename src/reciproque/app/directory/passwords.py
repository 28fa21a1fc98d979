"""Passwords that are guessed first: common ones dressed up, own words, repetitions, rows of a keyboard."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from reciproque.app.directory.names import fold

# Words of this product and of its trade, and what French speakers choose most: a password made of them is no secret.
OWN_WORDS = frozenset(
    fold("""
reciproque reciproques confiance relation relations client cliente clients fournisseur fournisseurs supplier
customer trust sponsor parrain marraine facilitateur facilitator enquete questionnaire barometre vague wave
survey urne ballot bulletin entreprise company societe direction achats qualite logistique production compta
administrateur administrator motdepasse azerty azertyuiop soleil bonjour jetaime doudou loulou chouchou coucou
marseille paris france bienvenue welcome secret secrete connexion compte test demo bretagne toulouse amour
""").split()
)
ROWS = (
    "abcdefghijklmnopqrstuvwxyz", "azertyuiopqsdfghjklmwxcvbn", "qwertyuiopasdfghjklzxcvbnm", "01234567890123456789",
    "qwertzuiopasdfghjklyxcvbnm", "1q2w3e4r5t6y7u8i9o0p", "1a2z3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn",
)  # fmt: skip
LOOKS_LIKE = str.maketrans("013457@$!|", "oieastasil")
REPEATED = re.compile(r"(.{1,6}?)\1+.{0,5}")
EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """The twenty thousand most common passwords found in breaches, and our own words."""
    common = {word for word in CommonPasswordValidator().passwords if len(word) >= 4}
    return frozenset(common) | OWN_WORDS


class GuessablePassword:
    """Refuses what a guessing program tries in its first minutes, whatever its length."""

    def validate(self, password: str, user: Any = None) -> None:
        if guessable(password, _own(user)):
            raise ValidationError(
                _("This password is among the first that are tried. Take four words that have nothing in common."),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _("Four words that have nothing in common make a good password.")


def guessable(password: str, own: frozenset[str] = frozenset()) -> bool:
    lower = password.lower()
    letters = re.sub(r"[\W\d_]+", "", lower)
    cores = {lower, letters, EDGES.sub("", lower), re.sub(r"[\W_]+", "", EDGES.sub("", lower).translate(LOOKS_LIKE))}
    return (
        len(set(lower)) < 5
        or REPEATED.fullmatch(lower) is not None
        or any(_in_a_row(core) for core in cores)
        or _dressed(lower)
        or any(_made_of(core, known_words() | own) for core in cores)
    )


def _in_a_row(text: str) -> bool:
    return len(text) >= 8 and any(text in row + row or text in (row + row)[::-1] for row in ROWS)


def _dressed(text: str) -> bool:
    """A known word, then nothing but digits and signs."""
    return any(text[:cut] in known_words() and not re.search(r"[^\W\d_]", text[cut:]) for cut in range(6, len(text)))


def _made_of(text: str, words: frozenset[str]) -> bool:
    """One known word, or two side by side."""
    return text in words or any(text[:cut] in words and text[cut:] in words for cut in range(3, len(text) - 2))


def _own(user: Any) -> frozenset[str]:
    """The words of the person's name, address and company."""
    company = getattr(user, "organisation", None)
    said = f"{getattr(user, 'name', '')} {getattr(user, 'email', '')} {company or ''}"
    return frozenset(word for word in fold(said).split() if len(word) >= 3)

"""Everything the urn can refuse. Each carries what a sentence to the user needs, never a secret."""

from __future__ import annotations


class UrnError(Exception):
    """Base of all refusals of the urn."""


class UnknownWord(UrnError):
    """A word of an opening phrase is in no list; `suggestion` is the nearest one that is, or an empty string."""

    def __init__(self, word: str, suggestion: str) -> None:
        super().__init__(f"“{word}” is not in the list")
        self.word = word
        self.suggestion = suggestion


class WrongNumberOfWords(UrnError):
    """An opening phrase has seven words; `found` were typed."""

    def __init__(self, found: int) -> None:
        super().__init__(f"an opening phrase has seven words, {found} were typed")
        self.found = found


class WrongPhrase(UrnError):
    """Seven words of the list, but not those of this key."""


class WrongKey(UrnError):
    """The half does not belong to this lock."""


class Damaged(UrnError):
    """A sealed object was changed after it was sealed: it is refused whole."""


class TooLong(UrnError):
    """The texts of one ballot exceed what one ballot may hold; `limit` is in characters."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"a ballot holds at most {limit} characters of text")
        self.limit = limit


class InvalidToken(UrnError):
    """What was typed is not an invitation token, or no open wave knows it."""


class SecretMissing(UrnError):
    """The wave secret is not there: never created, or destroyed at closing."""


class LockMissing(UrnError):
    """The lock of the wave is not on this machine: its ballots can be neither sealed nor opened here."""


class NotCollecting(UrnError):
    """The urn of this wave is closed: nothing can be put in, changed or withdrawn."""


class StoreBusy(UrnError):
    """Another program reads the ballot store and keeps it from being rewritten: the step can be run again."""


class NotClosed(UrnError):
    """The urn of this wave is still collecting: nothing can be opened."""


class Tampered(UrnError):
    """The ballots in the store are not those of the published list: nothing is opened."""


class NothingToOpen(UrnError):
    """The ballots of this wave were destroyed, at the end of the contest window or by a cancellation."""

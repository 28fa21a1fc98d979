"""What a trace is made of: a day, and the addresses that were there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

ADDRESS = re.compile(r"[a-z0-9._%+'&/=?^~!#$*{}|-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9-]{1,63})+")
CROWD = 20
"""More people than this besides the owner are an audience, not an exchange."""
WHOLE = 3
"""Up to this many people besides the owner an exchange counts whole with each; beyond, in proportion."""


class Unreadable(Exception):
    """Why nothing can be read: compressed, encoding, format, cut, empty, endless, too_many, too_large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message, or one meeting: its sender (empty for a meeting) and everybody else who is there."""

    day: date
    people: tuple[str, ...]
    sender: str = ""
    declined: tuple[str, ...] = ()


@dataclass
class Names:
    """The longest name that each address goes by."""

    of: dict[str, str] = field(default_factory=dict)

    def learn(self, address: str, name: str) -> str:
        """The address, once for all: the same text object each time it is met."""
        known = self.of.setdefault(address, "")
        if len(known) < len(name) <= 160 and "@" not in name:
            self.of[address] = name
        return address


def address_of(raw: str) -> str:
    """A plain e-mail address in lower case; empty when it is none."""
    plain = raw.strip().strip("<>").lower()
    return plain if len(plain) <= 254 and ADDRESS.fullmatch(plain) else ""


def weight(others: int) -> float:
    """How much one exchange counts with each of the people besides the owner; nothing in a crowd.

    >>> weight(1), weight(3), weight(6), weight(21)
    (1.0, 1.0, 0.5, 0.0)
    """
    if not 0 < others <= CROWD:
        return 0.0
    return min(1.0, WHOLE / others)

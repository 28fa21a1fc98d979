"""The box of a round: all answers in one sealed blob of constant length, written anew as a whole each time.

There is no row per person, so nothing has an order, a date or an identity of its own. A slip lies in a slot that only
the token of a link derives. The key of the box is a file outside the database; it is destroyed when the box is counted,
which makes every older copy of the database unreadable.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from nacl.secret import SecretBox

from reciproque.app.dialogue.models import Participant, Round, Session, SessionState
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey.urn import files, tokens

SLOT = 16
NOTHING, NO_POINT = 0, 1  # no answer to this item; answers count from one
Slips = dict[bytes, bytes]


class KeyLost(Refused):
    """The key of a box, or of the links of a session, is no longer there: destroyed, or in no backup."""

    def __init__(self) -> None:
        super().__init__(_("The secret that this needs is no longer on this server: it cannot be done any more."))


# ---------------------------------------------------------------- links
def _links(session: Session) -> Path:
    return settings.SECRETS_DIR / f"workshop-{session.key}.key"


def make_links(session: Session) -> None:
    files.create_key(_links(session))


def destroy_links(session: Session) -> None:
    files.destroy(_links(session))


def destroy_left_links() -> None:
    """Those of sessions that are over: whoever was killed right after ending one had no time to destroy them."""
    left = {path.stem.removeprefix("workshop-") for path in settings.SECRETS_DIR.glob("workshop-*.key")}
    for session in Session.objects.filter(key__in=left, state__in=(SessionState.FROZEN, SessionState.CANCELLED)):
        destroy_links(session)


def token_of(participant: Participant) -> bytes:
    """The token of a participant's link, always the same until the session ends. Never store or log it."""
    secret = _read(_links(participant.session))
    return hmac.digest(secret, b"participant:" + participant.key.encode(), "sha256")[: tokens.TOKEN]


def hash_of(token: bytes) -> str:
    return hashlib.sha256(b"workshop link" + token).hexdigest()


def hash_of_sentence(key: str) -> str:
    """What the database knows of the key that a browser holds for a sentence."""
    return hashlib.sha256(b"workshop sentence" + key.encode()).hexdigest()


def link_of(participant: Participant) -> str:
    """The token stands after the #, which browsers never send to a server."""
    return f"{settings.BASE_URL}/d#{tokens.show(token_of(participant))}"


def signs_of(participant: Participant) -> str:
    return tokens.show(token_of(participant))


# ---------------------------------------------------------------- boxes
def _key(round_: Round) -> Path:
    return settings.SECRETS_DIR / f"round-{round_.key}.key"


def _read(path: Path) -> bytes:
    secret = files.read_key(path)
    if secret is None:
        raise KeyLost
    return secret


def slot_of(token: bytes, round_: Round) -> bytes:
    return hmac.digest(token, b"slip:" + round_.key.encode(), "sha256")[:SLOT]


def prepare(round_: Round, people: Iterable[Participant]) -> bytes:
    """A box with one empty slip for everybody, made at once before the first answer."""
    files.create_key(_key(round_))
    return _close(round_, dict(_blank(round_, person) for person in people))


def add(round_: Round, people: Iterable[Participant]) -> bytes:
    """The same box with empty slips for people who come late."""
    slips = _open(round_)
    for person in people:
        slot, slip = _blank(round_, person)
        slips.setdefault(slot, slip)
    return _close(round_, slips)


def put(round_: Round, token: bytes, answers: Mapping[str, int]) -> bytes:
    """The same box with one slip filled in. Every byte of it changes, whichever slip it is."""
    slips, slot = _open(round_), slot_of(token, round_)
    if slot not in slips:
        raise KeyLost
    slips[slot] = slips[slot][:1] + bytes(_answer(answers, code, size) for code, size in round_.items)
    return _close(round_, slips)


def sums(round_: Round) -> dict[tuple[str, str], list[int]]:
    """How many of each side gave each answer to each item. Whoever gives points to one proposal gives none to those
    left empty: a few who skip must not make the points of a side those of a few."""
    counts: dict[tuple[str, str], list[int]] = {
        (code, side): [0] * size for code, size in round_.items for side in SIDES
    }
    for slip in _open(round_).values():
        side, values = SIDES[slip[0]], slip[1:]
        if round_.kind == Round.Kind.POINTS and any(values):
            values = bytes(value or NO_POINT for value in values)
        for (code, _size), value in zip(round_.items, values, strict=True):
            if value != NOTHING:
                counts[code, side][value - 1] += 1
    return counts


def people(round_: Round) -> dict[str, int]:
    """How many of each side have a slip in the box, filled in or not."""
    sides = [SIDES[slip[0]] for slip in _open(round_).values()]
    return {side: sides.count(side) for side in SIDES}


def destroy(round_: Round) -> None:
    files.destroy(_key(round_))


def _answer(answers: Mapping[str, int], code: str, size: int) -> int:
    chosen = answers.get(code)
    if chosen is None:
        return NOTHING
    if not 0 <= chosen < size:
        raise ValueError(f"{chosen} is no answer to {code}")
    return chosen + 1


def _blank(round_: Round, person: Participant) -> tuple[bytes, bytes]:
    return slot_of(token_of(person), round_), bytes([SIDES.index(person.side), *_nothing(round_.items)])


def _nothing(items: Sequence[object]) -> bytes:
    return bytes(len(items))


def _open(round_: Round) -> Slips:
    if round_.box is None:
        raise KeyLost
    plain = SecretBox(_read(_key(round_))).decrypt(bytes(round_.box))
    step = SLOT + 1 + len(round_.items)
    return {plain[at : at + SLOT]: plain[at + SLOT : at + step] for at in range(0, len(plain), step)}


def _close(round_: Round, slips: Slips) -> bytes:
    """In the order of the slots, which are drawn by a hash and mean nothing."""
    plain = b"".join(slot + slips[slot] for slot in sorted(slips))
    return bytes(SecretBox(_read(_key(round_))).encrypt(plain))

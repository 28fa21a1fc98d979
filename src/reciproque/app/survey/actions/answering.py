"""Handing in and withdrawing an answer.

The only actions without an actor and without a line in the log: who answered, and when, must not be recorded anywhere.
Nothing is written in the main database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reciproque.app.survey.queries import answering
from reciproque.app.survey.urn import collect
from reciproque.app.survey.urn.collect import Recognised
from reciproque.app.survey.urn.errors import InvalidToken, NotCollecting
from reciproque.app.survey.urn.seal import Answers, Text


def submit_ballot(
    *,
    token: str | Recognised,
    answers: Mapping[str, int | None],
    texts: Iterable[tuple[str, str, str]] = (),
) -> str:
    """Seal and store one person's answers; the receipt comes back once they are on the disk.

    `answers` by question code, 1 to 7, None for "cannot say"; `texts` are (prompt, text, consent). Sent again, the
    last one counts. Raises InvalidToken, NotCollecting or TooLong (UrnError): then nothing has changed.
    """
    found, person = _person(token)
    texts = tuple(texts)
    unknown = set(answers) - set(person.questions) | {prompt for prompt, _text, _consent in texts} - set(person.prompts)
    if unknown:
        raise ValueError(f"not in this questionnaire: {sorted(unknown)}")
    sealed = Answers(function=person.function, scores=answers, texts=tuple(Text(*text) for text in texts))
    keys = answering.public_keys(found.wave_id, person.wave_key)
    return collect.submit(found, side=person.side, answers=sealed, **keys)


def withdraw_ballot(*, token: str | Recognised) -> None:
    """Take one person's answers back, until closing. Nothing says whether there were any."""
    found, _ = _person(token)
    collect.withdraw(found)


def _person(token: str | Recognised) -> tuple[Recognised, answering.Respondent]:
    """Whose token it is; refuses one that belongs to nobody, and a wave that takes no answers any more."""
    found = token if isinstance(token, Recognised) else answering.recognise(token)
    person = answering.respondent(found.wave_id, found.invitation_id)
    if person is None:
        raise InvalidToken
    if not person.may_answer:
        raise NotCollecting
    return found, person

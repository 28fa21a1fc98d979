"""What the urn says when it refuses, in the reader's language, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reciproque.app.survey.urn import errors
from reciproque.app.survey.urn.verify import Problem

PROBLEMS = {
    Problem.NOT_CLOSED: gettext_lazy("This urn is still collecting: there is no list yet."),
    Problem.NOT_SORTED: gettext_lazy("The published list is not in alphabetical order."),
    Problem.REPEATED: gettext_lazy("A receipt stands twice in the published list."),
    Problem.ROOT: gettext_lazy("The fingerprint does not match the published list."),
    Problem.NUMBER: gettext_lazy("The list does not hold as many receipts as the ballots announced."),
    Problem.MISSING: gettext_lazy("The store lacks a ballot of the published list."),
    Problem.ADDED: gettext_lazy("The store holds a ballot that is not in the published list."),
    Problem.SIDES: gettext_lazy("The number of ballots of each side is not the one announced."),
    Problem.NOT_DESTROYED: gettext_lazy("Ballots are left that should have been destroyed."),
    Problem.LOG: gettext_lazy("This list is not the one that the log announced at closing."),
}
SENTENCES = {
    errors.WrongPhrase: gettext_lazy(
        "These seven words are in the list, but they are not your opening phrase for this wave. "
        "Compare each of them with your sealing record."
    ),
    errors.WrongKey: gettext_lazy("This key does not belong to this wave. Ask the person who runs this site."),
    errors.Damaged: gettext_lazy("A sealed ballot was changed: nothing has been opened. Ask the facilitator."),
    errors.Tampered: gettext_lazy(
        "The stored ballots are not those of the published list: nothing has been opened. Ask the facilitator."
    ),
    errors.InvalidToken: gettext_lazy(
        "We do not recognise this link. Copy all 26 signs from your invitation, or ask for it to be sent again."
    ),
    errors.SecretMissing: gettext_lazy("The secret of this wave is not on this machine: its links no longer work."),
    errors.LockMissing: gettext_lazy(
        "The lock of this wave is not on this machine: its ballots can be neither sealed nor opened here. "
        "Ask the person who runs this site."
    ),
    errors.NotCollecting: gettext_lazy("Answers are closed: nothing can be sent, changed or withdrawn any more."),
    errors.NotClosed: gettext_lazy("Answers are still coming in: the urn cannot be opened before it is closed."),
    errors.NothingToOpen: gettext_lazy("The ballots of this wave were destroyed: there is nothing left to open."),
    errors.StoreBusy: gettext_lazy("The ballots are being read at this moment. Try again in a minute."),
}


def explain(error: errors.UrnError) -> str:
    """One sentence for the user. Says nothing about anybody, and never repeats a phrase, a token or an answer."""
    if isinstance(error, errors.UnknownWord):
        return _unknown_word(error)
    if isinstance(error, errors.WrongNumberOfWords):
        return ngettext(
            "An opening phrase has seven words; %(found)d was typed.",
            "An opening phrase has seven words; %(found)d were typed.",
            error.found,
        ) % {"found": error.found}
    if isinstance(error, errors.TooLong):
        return _("Your texts are too long to be sealed: shorten them to %(limit)d characters in all.") % {
            "limit": error.limit
        }
    return str(SENTENCES[type(error)])


def _unknown_word(error: errors.UnknownWord) -> str:
    if error.suggestion:
        return _("“%(word)s” is not in the list. Did you mean “%(suggestion)s”?") % {
            "word": error.word,
            "suggestion": error.suggestion,
        }
    return _("“%(word)s” is not in the list. Check it on your sealing record.") % {"word": error.word}

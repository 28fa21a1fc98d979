"""What stops the analyst's command for a reason that can be said in a sentence."""


class Refused(Exception):
    """The file, or what was asked of it, cannot be used; the sentence says what to do, in the reader's language."""

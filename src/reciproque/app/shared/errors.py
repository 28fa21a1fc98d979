"""What an action says when a rule forbids it."""


class Refused(Exception):
    """The sentence, already in the reader's language, says what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

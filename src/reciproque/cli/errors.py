"""What stops a command for a reason that can be said in a sentence."""


class CannotRun(Exception):
    """Something stands in the way of a command; says what, and what to do."""

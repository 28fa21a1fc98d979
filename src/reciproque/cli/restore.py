"""``reciproque restore``: see backup.py, which holds both directions."""

from reciproque.cli.backup import run

__all__ = ["run"]

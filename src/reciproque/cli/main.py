"""The ``reciproque`` command."""

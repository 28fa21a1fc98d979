"""The ``reciproque`` command: serve, work, demonstrate, check, back up, verify."""

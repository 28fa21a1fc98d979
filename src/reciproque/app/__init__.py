"""The one application: a folder per capability, one migration history.

Order of the capabilities, low to high: shared, directory, survey, reading. A folder imports only folders below it.
"""

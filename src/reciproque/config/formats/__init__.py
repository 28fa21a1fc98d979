"""Dates and hours as each language says them, the same on every page, in every mail and document."""

"""Screens of the word that is given, one file per subject."""

"""Screens of the survey, a file per subject."""

"""Reads of the survey, a file per subject."""

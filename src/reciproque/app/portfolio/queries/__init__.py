"""Reads of the portfolio, one file per subject."""

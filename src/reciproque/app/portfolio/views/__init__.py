"""Screens of the portfolio: one file per subject."""

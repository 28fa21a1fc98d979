"""Screens of portfolio."""

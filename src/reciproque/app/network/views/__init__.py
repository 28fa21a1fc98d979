"""Screens of the web of relations."""

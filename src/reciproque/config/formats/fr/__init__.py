"""Dates and hours in French."""

"""Traces of exchanges in a calendar or in mail headers: addresses and dates, read while the file arrives. No tables."""

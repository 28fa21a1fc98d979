"""Réciproque: trust between a client company and a supplier company, measured and restored with both of them."""

__version__ = "0.1.0"

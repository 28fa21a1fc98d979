"""Screens of network."""

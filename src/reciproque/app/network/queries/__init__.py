"""Reads of the web of relations: material first, then words."""

"""Reads of the publication, a file per subject. Nothing here, or after here, can reach an answer."""

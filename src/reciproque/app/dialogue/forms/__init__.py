"""The input of a workshop, by subject."""

"""The screens of a workshop, by subject."""

"""What changes a workshop, by subject."""

"""Every write about promises, one file per subject."""

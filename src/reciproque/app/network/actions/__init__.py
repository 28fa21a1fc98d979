"""Every write of the web of relations, one file per subject."""

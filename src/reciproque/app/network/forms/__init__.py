"""What people type about the web of relations: one file per subject."""

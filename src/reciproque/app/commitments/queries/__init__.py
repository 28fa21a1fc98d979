"""What the screens about promises show, one file per subject."""

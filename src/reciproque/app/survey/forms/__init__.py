"""Reading what people type into the survey's screens: one file per subject."""

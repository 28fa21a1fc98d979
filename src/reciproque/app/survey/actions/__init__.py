"""Every write of the survey, a file per subject. Each takes who acts, runs in one transaction and writes one record."""

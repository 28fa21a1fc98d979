"""Every write of the portfolio, one file per subject."""

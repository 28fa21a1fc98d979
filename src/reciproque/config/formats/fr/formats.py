"""What differs from Django: an hour is said with an h."""

TIME_FORMAT = "G\u00a0\\h\u00a0i"
DATETIME_FORMAT = "j\u00a0F Y à G\u00a0\\h\u00a0i"

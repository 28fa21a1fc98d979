"""How an installation is put together: settings read from the environment, URLs, logging, system checks."""

"""The same counter and feed, with via and with each peer at its fastest settings."""

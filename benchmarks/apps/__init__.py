"""The same small app, written with via and with its peers; each module is a server's program."""

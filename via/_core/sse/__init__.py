"""Server-sent events, and the queue of those that a stream has to send."""

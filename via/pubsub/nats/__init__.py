"""Pub/sub, streams and replay on NATS."""

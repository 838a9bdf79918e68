"""Handlers: run in greenlets, queued, and told apart from cancelled ones."""

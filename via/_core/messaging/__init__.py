"""Typed messages, and handing them on to listeners."""

"""Whole servers over real sockets on loopback: actions, fan-out, idle tabs and pages."""

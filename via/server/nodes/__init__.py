"""Requests for tabs that live in other processes of the app, which are relayed to these."""

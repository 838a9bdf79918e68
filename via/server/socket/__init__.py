"""The WebSocket of a tab: its stream comes down, its actions and navigations go up."""

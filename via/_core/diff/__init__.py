"""Views compared: what must be sent so that the view a browser has becomes the next one."""

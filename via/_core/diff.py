"""Views that are sent in parts: what turns the view that a browser has into the next one."""

from ._differ import ViewDiffer

__all__ = ["ViewDiffer"]

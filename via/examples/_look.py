"""What the examples look like: one style sheet, put into the head of their pages."""

from importlib.resources import files

from via import h

STYLE = h.StyleEl(h.Raw(files("via.examples").joinpath("examples.css").read_text("utf-8")))

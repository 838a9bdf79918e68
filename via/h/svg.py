"""The elements of SVG that drawings and charts are made of.

`TextEl` and `PatternEl` stand beside the text node `Text` and the attribute `Pattern`; `A`,
`Script`, `StyleEl` and `El("title")` are shared with HTML. Attributes such as `viewBox` are written
with `Attr`.
"""

from typing import Final

from .._core.html import ElementFactory, element_factory


def _element(name: str, tag: str, what: str) -> ElementFactory:
    doc = f"The SVG element `{tag}`: {what}.\n\nTakes attributes and content in any order."
    return element_factory(tag, name, doc)


SVG: Final = _element("SVG", "svg", "a drawing")
G: Final = _element("G", "g", "a group")
Defs: Final = _element("Defs", "defs", "what is drawn only where it is used")
Symbol: Final = _element("Symbol", "symbol", "a template for `Use`")
Use: Final = _element("Use", "use", "a copy of another element")
Path: Final = _element("Path", "path", "a path")
Circle: Final = _element("Circle", "circle", "a circle")
Ellipse: Final = _element("Ellipse", "ellipse", "an ellipse")
Line: Final = _element("Line", "line", "a line")
Polygon: Final = _element("Polygon", "polygon", "a closed polygon")
Polyline: Final = _element("Polyline", "polyline", "a row of lines")
Rect: Final = _element("Rect", "rect", "a rectangle")
TextEl: Final = _element("TextEl", "text", "drawn text")
TSpan: Final = _element("TSpan", "tspan", "a part of drawn text")
TextPath: Final = _element("TextPath", "textPath", "text along a path")
ForeignObject: Final = _element("ForeignObject", "foreignObject", "HTML inside of a drawing")
ClipPath: Final = _element("ClipPath", "clipPath", "a clipping path")
Mask: Final = _element("Mask", "mask", "a mask")
Marker: Final = _element("Marker", "marker", "an arrowhead or a point's mark")
PatternEl: Final = _element("PatternEl", "pattern", "a tiled fill")
LinearGradient: Final = _element("LinearGradient", "linearGradient", "a gradient along a line")
RadialGradient: Final = _element("RadialGradient", "radialGradient", "a gradient from a centre")
Stop: Final = _element("Stop", "stop", "a gradient's stop")
Image: Final = _element("Image", "image", "an image inside of a drawing")
Animate: Final = _element("Animate", "animate", "an animated attribute")
AnimateTransform: Final = _element("AnimateTransform", "animateTransform", "an animated transform")
Desc: Final = _element("Desc", "desc", "a drawing's description")

__all__ = [
    "SVG",
    "Animate",
    "AnimateTransform",
    "Circle",
    "ClipPath",
    "Defs",
    "Desc",
    "Ellipse",
    "ForeignObject",
    "G",
    "Image",
    "Line",
    "LinearGradient",
    "Marker",
    "Mask",
    "Path",
    "PatternEl",
    "Polygon",
    "Polyline",
    "RadialGradient",
    "Rect",
    "Stop",
    "Symbol",
    "TSpan",
    "TextEl",
    "TextPath",
    "Use",
]

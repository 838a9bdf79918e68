"""The elements of the HTML standard, by their documented names.

Each takes attributes and content in any order. Where an element and an attribute share a name, the
element has it in `Abbr`, `Cite`, `Form`, `Label`, `Span` and `Title` (the attributes are
`AbbrAttr`, `CiteAttr`, … ), the attribute in `Data` and `Style` (the elements are `DataEl` and
`StyleEl`). Slots are `SlotEl` and `SlotAttr`.
Text in `Script` and `StyleEl` is escaped as it is everywhere: code is written with `Raw`.
"""

from typing import Final

from .._core.html import Element, ElementFactory, element_factory
from .._core.html import element as El


def _element(name: str, tag: str, what: str) -> ElementFactory:
    doc = f"The element `{tag}`: {what}.\n\nTakes attributes and content in any order."
    return element_factory(tag, name, doc)


A: Final = _element("A", "a", "a hyperlink")
Abbr: Final = _element("Abbr", "abbr", "an abbreviation")
Address: Final = _element("Address", "address", "contact information")
Area: Final = _element("Area", "area", "an area of an image map")
Article: Final = _element("Article", "article", "a self-contained composition")
Aside: Final = _element("Aside", "aside", "content beside the main content")
Audio: Final = _element("Audio", "audio", "a sound")
B: Final = _element("B", "b", "text brought to attention")
Base: Final = _element("Base", "base", "the document's base URL")
Bdi: Final = _element("Bdi", "bdi", "text isolated from the direction around it")
Bdo: Final = _element("Bdo", "bdo", "text with a direction of its own")
BlockQuote: Final = _element("BlockQuote", "blockquote", "a quotation of paragraphs")
Body: Final = _element("Body", "body", "the document's body")
Br: Final = _element("Br", "br", "a line break")
Button: Final = _element("Button", "button", "a button")
Canvas: Final = _element("Canvas", "canvas", "a bitmap for scripts")
Caption: Final = _element("Caption", "caption", "a table's caption")
Cite: Final = _element("Cite", "cite", "the title of a work")
Code: Final = _element("Code", "code", "computer code")
Col: Final = _element("Col", "col", "a table's column")
ColGroup: Final = _element("ColGroup", "colgroup", "a group of table columns")
DataEl: Final = _element("DataEl", "data", "content with a machine-readable value")
DataList: Final = _element("DataList", "datalist", "options for an input")
Dd: Final = _element("Dd", "dd", "a description in a description list")
Del: Final = _element("Del", "del", "removed text")
Details: Final = _element("Details", "details", "what can be disclosed")
Dfn: Final = _element("Dfn", "dfn", "a defining instance of a term")
Dialog: Final = _element("Dialog", "dialog", "a dialog")
Div: Final = _element("Div", "div", "a generic block")
Dl: Final = _element("Dl", "dl", "a description list")
Dt: Final = _element("Dt", "dt", "a term in a description list")
Em: Final = _element("Em", "em", "stress emphasis")
Embed: Final = _element("Embed", "embed", "a plug-in")
FieldSet: Final = _element("FieldSet", "fieldset", "a group of form controls")
FigCaption: Final = _element("FigCaption", "figcaption", "a figure's caption")
Figure: Final = _element("Figure", "figure", "a figure with an optional caption")
Footer: Final = _element("Footer", "footer", "a footer of the nearest section")
Form: Final = _element("Form", "form", "a form")
H1: Final = _element("H1", "h1", "a heading of rank 1")
H2: Final = _element("H2", "h2", "a heading of rank 2")
H3: Final = _element("H3", "h3", "a heading of rank 3")
H4: Final = _element("H4", "h4", "a heading of rank 4")
H5: Final = _element("H5", "h5", "a heading of rank 5")
H6: Final = _element("H6", "h6", "a heading of rank 6")
Head: Final = _element("Head", "head", "the document's metadata")
Header: Final = _element("Header", "header", "a header of the nearest section")
HGroup: Final = _element("HGroup", "hgroup", "a heading with its paragraphs")
Hr: Final = _element("Hr", "hr", "a thematic break")
HTML: Final = _element("HTML", "html", "the root of a document")
I: Final = _element("I", "i", "text in an alternate voice")  # noqa: E741
IFrame: Final = _element("IFrame", "iframe", "a nested page")
Img: Final = _element("Img", "img", "an image")
Input: Final = _element("Input", "input", "a form control")
Ins: Final = _element("Ins", "ins", "added text")
Kbd: Final = _element("Kbd", "kbd", "user input")
Label: Final = _element("Label", "label", "a form control's caption")
Legend: Final = _element("Legend", "legend", "a fieldset's caption")
Li: Final = _element("Li", "li", "a list item")
Link: Final = _element("Link", "link", "a link from the document to a resource")
Main: Final = _element("Main", "main", "the document's main content")
Map: Final = _element("Map", "map", "an image map")
Mark: Final = _element("Mark", "mark", "highlighted text")
Math: Final = _element("Math", "math", "a formula in MathML")
Menu: Final = _element("Menu", "menu", "a list of commands")
Meta: Final = _element("Meta", "meta", "metadata")
Meter: Final = _element("Meter", "meter", "a gauge")
Nav: Final = _element("Nav", "nav", "a section of links")
NoScript: Final = _element("NoScript", "noscript", "what stands in where scripts do not run")
Object: Final = _element("Object", "object", "an external resource")
Ol: Final = _element("Ol", "ol", "an ordered list")
OptGroup: Final = _element("OptGroup", "optgroup", "a group of options")
Option: Final = _element("Option", "option", "a choice in a select or datalist")
Output: Final = _element("Output", "output", "the result of a calculation")
P: Final = _element("P", "p", "a paragraph")
Picture: Final = _element("Picture", "picture", "an image in several versions")
Pre: Final = _element("Pre", "pre", "preformatted text")
Progress: Final = _element("Progress", "progress", "a progress bar")
Q: Final = _element("Q", "q", "an inline quotation")
Rp: Final = _element("Rp", "rp", "a parenthesis around ruby text")
Rt: Final = _element("Rt", "rt", "ruby text")
Ruby: Final = _element("Ruby", "ruby", "text with ruby annotations")
S: Final = _element("S", "s", "text no longer accurate")
Samp: Final = _element("Samp", "samp", "sample output")
Script: Final = _element(
    "Script", "script", "a script; write its code with `Raw`, since `Text` is escaped here as well"
)
Search: Final = _element("Search", "search", "a search form")
Section: Final = _element("Section", "section", "a section")
Select: Final = _element("Select", "select", "a choice of options")
SlotEl: Final = _element("SlotEl", "slot", "a shadow tree's slot")
Small: Final = _element("Small", "small", "a side comment")
Source: Final = _element("Source", "source", "a media source")
Span: Final = _element("Span", "span", "generic inline text")
Strong: Final = _element("Strong", "strong", "strong importance")
StyleEl: Final = _element(
    "StyleEl",
    "style",
    "a style sheet; write its rules with `Raw`, since `Text` is escaped here as well",
)
Sub: Final = _element("Sub", "sub", "a subscript")
Summary: Final = _element("Summary", "summary", "the caption of `Details`")
Sup: Final = _element("Sup", "sup", "a superscript")
Table: Final = _element("Table", "table", "a table")
TBody: Final = _element("TBody", "tbody", "a table's body")
Td: Final = _element("Td", "td", "a table cell")
Template: Final = _element("Template", "template", "markup for scripts")
Textarea: Final = _element("Textarea", "textarea", "text of several lines")
TFoot: Final = _element("TFoot", "tfoot", "a table's foot")
Th: Final = _element("Th", "th", "a table's header cell")
THead: Final = _element("THead", "thead", "a table's head")
Time: Final = _element("Time", "time", "a date or time")
Tr: Final = _element("Tr", "tr", "a table row")
Track: Final = _element("Track", "track", "timed text for media")
U: Final = _element("U", "u", "text with a non-textual annotation")
Ul: Final = _element("Ul", "ul", "an unordered list")
Var: Final = _element("Var", "var", "a variable")
Video: Final = _element("Video", "video", "a video")
Wbr: Final = _element("Wbr", "wbr", "a possible line break")


def Title(text: str | int | float, /) -> Element:
    """The element `title`: the document's title. For the attribute there is `TitleAttr`."""
    return _title(text)


_title: Final = _element("Title", "title", "the document's title")

__all__ = [
    "H1",
    "H2",
    "H3",
    "H4",
    "H5",
    "H6",
    "HTML",
    "A",
    "Abbr",
    "Address",
    "Area",
    "Article",
    "Aside",
    "Audio",
    "B",
    "Base",
    "Bdi",
    "Bdo",
    "BlockQuote",
    "Body",
    "Br",
    "Button",
    "Canvas",
    "Caption",
    "Cite",
    "Code",
    "Col",
    "ColGroup",
    "DataEl",
    "DataList",
    "Dd",
    "Del",
    "Details",
    "Dfn",
    "Dialog",
    "Div",
    "Dl",
    "Dt",
    "El",
    "Em",
    "Embed",
    "FieldSet",
    "FigCaption",
    "Figure",
    "Footer",
    "Form",
    "HGroup",
    "Head",
    "Header",
    "Hr",
    "I",
    "IFrame",
    "Img",
    "Input",
    "Ins",
    "Kbd",
    "Label",
    "Legend",
    "Li",
    "Link",
    "Main",
    "Map",
    "Mark",
    "Math",
    "Menu",
    "Meta",
    "Meter",
    "Nav",
    "NoScript",
    "Object",
    "Ol",
    "OptGroup",
    "Option",
    "Output",
    "P",
    "Picture",
    "Pre",
    "Progress",
    "Q",
    "Rp",
    "Rt",
    "Ruby",
    "S",
    "Samp",
    "Script",
    "Search",
    "Section",
    "Select",
    "SlotEl",
    "Small",
    "Source",
    "Span",
    "Strong",
    "StyleEl",
    "Sub",
    "Summary",
    "Sup",
    "TBody",
    "TFoot",
    "THead",
    "Table",
    "Td",
    "Template",
    "Textarea",
    "Th",
    "Time",
    "Title",
    "Tr",
    "Track",
    "U",
    "Ul",
    "Var",
    "Video",
    "Wbr",
]

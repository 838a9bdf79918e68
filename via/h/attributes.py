"""The attributes of the HTML standard, by their documented names.

An attribute given twice to one element: classes join with a space, styles and the client's
statements (`data-on:…`, `data-init`, `data-effect`) with `;`, otherwise the last one wins.
"""

from typing import Final, cast

from .._core.html import AttributeFactory, FlagFactory, OptionalAttributeFactory, attribute_factory
from .._core.html import aria as Aria
from .._core.html import attr as Attr
from .._core.html import data as Data

_VALUE: Final = "The value is a str, int or float, and escaped."


def _value(display: str, name: str) -> AttributeFactory:
    doc = f"The attribute `{name}`. {_VALUE} True: the bare name; False, None: left out."
    return cast(AttributeFactory, attribute_factory(name, display, doc))


def _spelled(display: str, name: str) -> AttributeFactory:
    doc = f"The attribute `{name}`. True and False are written out; None: left out."
    return cast(AttributeFactory, attribute_factory(name, display, doc, "spelled"))


def _optional(display: str, name: str) -> OptionalAttributeFactory:
    doc = f"The attribute `{name}`, with or without a value. {_VALUE} False, None: left out."
    return cast(OptionalAttributeFactory, attribute_factory(name, display, doc, "optional"))


def _flag(display: str, name: str) -> FlagFactory:
    doc = f"The boolean attribute `{name}`; with False or None it is left out."
    return cast(FlagFactory, attribute_factory(name, display, doc, "flag"))


AbbrAttr: Final = _value("AbbrAttr", "abbr")
Accept: Final = _value("Accept", "accept")
AcceptCharset: Final = _value("AcceptCharset", "accept-charset")
AccessKey: Final = _value("AccessKey", "accesskey")
Action: Final = _value("Action", "action")
Allow: Final = _value("Allow", "allow")
Alt: Final = _value("Alt", "alt")
As: Final = _value("As", "as")
AutoCapitalize: Final = _value("AutoCapitalize", "autocapitalize")
AutoComplete: Final = _value("AutoComplete", "autocomplete")
AutoCorrect: Final = _value("AutoCorrect", "autocorrect")
Blocking: Final = _value("Blocking", "blocking")
Charset: Final = _value("Charset", "charset")
CiteAttr: Final = _value("CiteAttr", "cite")
Class: Final = _value("Class", "class")
ClosedBy: Final = _value("ClosedBy", "closedby")
ColorAttr: Final = _value("ColorAttr", "color")
ColorSpace: Final = _value("ColorSpace", "colorspace")
Cols: Final = _value("Cols", "cols")
ColSpan: Final = _value("ColSpan", "colspan")
Command: Final = _value("Command", "command")
CommandFor: Final = _value("CommandFor", "commandfor")
Content: Final = _value("Content", "content")
Coords: Final = _value("Coords", "coords")
CrossOrigin: Final = _value("CrossOrigin", "crossorigin")
DataAttr: Final = _value("DataAttr", "data")
DateTime: Final = _value("DateTime", "datetime")
Decoding: Final = _value("Decoding", "decoding")
Dir: Final = _value("Dir", "dir")
DirName: Final = _value("DirName", "dirname")
EncType: Final = _value("EncType", "enctype")
EnterKeyHint: Final = _value("EnterKeyHint", "enterkeyhint")
ExportParts: Final = _value("ExportParts", "exportparts")
FetchPriority: Final = _value("FetchPriority", "fetchpriority")
For: Final = _value("For", "for")
FormAction: Final = _value("FormAction", "formaction")
FormAttr: Final = _value("FormAttr", "form")
FormEncType: Final = _value("FormEncType", "formenctype")
FormMethod: Final = _value("FormMethod", "formmethod")
FormTarget: Final = _value("FormTarget", "formtarget")
Headers: Final = _value("Headers", "headers")
Height: Final = _value("Height", "height")
High: Final = _value("High", "high")
Href: Final = _value("Href", "href")
HrefLang: Final = _value("HrefLang", "hreflang")
HTTPEquiv: Final = _value("HTTPEquiv", "http-equiv")
ID: Final = _value("ID", "id")
ImageSizes: Final = _value("ImageSizes", "imagesizes")
ImageSrcSet: Final = _value("ImageSrcSet", "imagesrcset")
InputMode: Final = _value("InputMode", "inputmode")
Integrity: Final = _value("Integrity", "integrity")
Is: Final = _value("Is", "is")
ItemID: Final = _value("ItemID", "itemid")
ItemProp: Final = _value("ItemProp", "itemprop")
ItemRef: Final = _value("ItemRef", "itemref")
ItemType: Final = _value("ItemType", "itemtype")
Kind: Final = _value("Kind", "kind")
LabelAttr: Final = _value("LabelAttr", "label")
Lang: Final = _value("Lang", "lang")
List: Final = _value("List", "list")
Loading: Final = _value("Loading", "loading")
Low: Final = _value("Low", "low")
Max: Final = _value("Max", "max")
MaxLength: Final = _value("MaxLength", "maxlength")
Media: Final = _value("Media", "media")
Method: Final = _value("Method", "method")
Min: Final = _value("Min", "min")
MinLength: Final = _value("MinLength", "minlength")
Name: Final = _value("Name", "name")
Nonce: Final = _value("Nonce", "nonce")
Optimum: Final = _value("Optimum", "optimum")
Part: Final = _value("Part", "part")
Pattern: Final = _value("Pattern", "pattern")
Ping: Final = _value("Ping", "ping")
Placeholder: Final = _value("Placeholder", "placeholder")
PopoverTarget: Final = _value("PopoverTarget", "popovertarget")
PopoverTargetAction: Final = _value("PopoverTargetAction", "popovertargetaction")
Poster: Final = _value("Poster", "poster")
Preload: Final = _value("Preload", "preload")
ReferrerPolicy: Final = _value("ReferrerPolicy", "referrerpolicy")
Rel: Final = _value("Rel", "rel")
Role: Final = _value("Role", "role")
Rows: Final = _value("Rows", "rows")
RowSpan: Final = _value("RowSpan", "rowspan")
Sandbox: Final = _value("Sandbox", "sandbox")
Scope: Final = _value("Scope", "scope")
ShadowRootMode: Final = _value("ShadowRootMode", "shadowrootmode")
Shape: Final = _value("Shape", "shape")
Size: Final = _value("Size", "size")
Sizes: Final = _value("Sizes", "sizes")
SlotAttr: Final = _value("SlotAttr", "slot")
SpanAttr: Final = _value("SpanAttr", "span")
Src: Final = _value("Src", "src")
SrcDoc: Final = _value("SrcDoc", "srcdoc")
SrcLang: Final = _value("SrcLang", "srclang")
SrcSet: Final = _value("SrcSet", "srcset")
Start: Final = _value("Start", "start")
Step: Final = _value("Step", "step")
Style: Final = _value("Style", "style")
TabIndex: Final = _value("TabIndex", "tabindex")
Target: Final = _value("Target", "target")
TitleAttr: Final = _value("TitleAttr", "title")
Translate: Final = _value("Translate", "translate")
Type: Final = _value("Type", "type")
UseMap: Final = _value("UseMap", "usemap")
Value: Final = _value("Value", "value")
Width: Final = _value("Width", "width")
Wrap: Final = _value("Wrap", "wrap")

Download: Final = _optional("Download", "download")
Hidden: Final = _optional("Hidden", "hidden")
Popover: Final = _optional("Popover", "popover")

ContentEditable: Final = _spelled("ContentEditable", "contenteditable")
Draggable: Final = _spelled("Draggable", "draggable")
SpellCheck: Final = _spelled("SpellCheck", "spellcheck")
WritingSuggestions: Final = _spelled("WritingSuggestions", "writingsuggestions")

AllowFullscreen: Final = _flag("AllowFullscreen", "allowfullscreen")
Alpha: Final = _flag("Alpha", "alpha")
Async: Final = _flag("Async", "async")
AutoFocus: Final = _flag("AutoFocus", "autofocus")
AutoPlay: Final = _flag("AutoPlay", "autoplay")
Checked: Final = _flag("Checked", "checked")
Controls: Final = _flag("Controls", "controls")
Default: Final = _flag("Default", "default")
Defer: Final = _flag("Defer", "defer")
Disabled: Final = _flag("Disabled", "disabled")
FormNoValidate: Final = _flag("FormNoValidate", "formnovalidate")
Inert: Final = _flag("Inert", "inert")
IsMap: Final = _flag("IsMap", "ismap")
ItemScope: Final = _flag("ItemScope", "itemscope")
Loop: Final = _flag("Loop", "loop")
Multiple: Final = _flag("Multiple", "multiple")
Muted: Final = _flag("Muted", "muted")
NoModule: Final = _flag("NoModule", "nomodule")
NoValidate: Final = _flag("NoValidate", "novalidate")
Open: Final = _flag("Open", "open")
PlaysInline: Final = _flag("PlaysInline", "playsinline")
ReadOnly: Final = _flag("ReadOnly", "readonly")
Required: Final = _flag("Required", "required")
Reversed: Final = _flag("Reversed", "reversed")
Selected: Final = _flag("Selected", "selected")
ShadowRootClonable: Final = _flag("ShadowRootClonable", "shadowrootclonable")
ShadowRootDelegatesFocus: Final = _flag("ShadowRootDelegatesFocus", "shadowrootdelegatesfocus")
ShadowRootSerializable: Final = _flag("ShadowRootSerializable", "shadowrootserializable")


__all__ = [
    "ID",
    "AbbrAttr",
    "Accept",
    "AcceptCharset",
    "AccessKey",
    "Action",
    "Allow",
    "AllowFullscreen",
    "Alpha",
    "Alt",
    "Aria",
    "As",
    "Async",
    "Attr",
    "AutoCapitalize",
    "AutoComplete",
    "AutoCorrect",
    "AutoFocus",
    "AutoPlay",
    "Blocking",
    "Charset",
    "Checked",
    "CiteAttr",
    "Class",
    "ClosedBy",
    "ColSpan",
    "ColorAttr",
    "ColorSpace",
    "Cols",
    "Command",
    "CommandFor",
    "Content",
    "ContentEditable",
    "Controls",
    "Coords",
    "CrossOrigin",
    "Data",
    "DataAttr",
    "DateTime",
    "Decoding",
    "Default",
    "Defer",
    "Dir",
    "DirName",
    "Disabled",
    "Download",
    "Draggable",
    "EncType",
    "EnterKeyHint",
    "ExportParts",
    "FetchPriority",
    "For",
    "FormAction",
    "FormAttr",
    "FormEncType",
    "FormMethod",
    "FormNoValidate",
    "FormTarget",
    "HTTPEquiv",
    "Headers",
    "Height",
    "Hidden",
    "High",
    "Href",
    "HrefLang",
    "ImageSizes",
    "ImageSrcSet",
    "Inert",
    "InputMode",
    "Integrity",
    "Is",
    "IsMap",
    "ItemID",
    "ItemProp",
    "ItemRef",
    "ItemScope",
    "ItemType",
    "Kind",
    "LabelAttr",
    "Lang",
    "List",
    "Loading",
    "Loop",
    "Low",
    "Max",
    "MaxLength",
    "Media",
    "Method",
    "Min",
    "MinLength",
    "Multiple",
    "Muted",
    "Name",
    "NoModule",
    "NoValidate",
    "Nonce",
    "Open",
    "Optimum",
    "Part",
    "Pattern",
    "Ping",
    "Placeholder",
    "PlaysInline",
    "Popover",
    "PopoverTarget",
    "PopoverTargetAction",
    "Poster",
    "Preload",
    "ReadOnly",
    "ReferrerPolicy",
    "Rel",
    "Required",
    "Reversed",
    "Role",
    "RowSpan",
    "Rows",
    "Sandbox",
    "Scope",
    "Selected",
    "ShadowRootClonable",
    "ShadowRootDelegatesFocus",
    "ShadowRootMode",
    "ShadowRootSerializable",
    "Shape",
    "Size",
    "Sizes",
    "SlotAttr",
    "SpanAttr",
    "SpellCheck",
    "Src",
    "SrcDoc",
    "SrcLang",
    "SrcSet",
    "Start",
    "Step",
    "Style",
    "TabIndex",
    "Target",
    "TitleAttr",
    "Translate",
    "Type",
    "UseMap",
    "Value",
    "Width",
    "Wrap",
    "WritingSuggestions",
]

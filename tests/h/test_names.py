"""Every element and attribute of the HTML standard is there, and writes its own name."""

import re
from pathlib import Path
from typing import Any

import pytest

from via import h
from via.h import attributes, elements


def words(text: str) -> list[str]:
    return text.split()


# The standard's index of elements; `title`, which takes its text, stands in test_helpers.
ELEMENTS = words("""
a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption
cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset
figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins
kbd label legend li link main map mark math menu meta meter nav noscript object ol optgroup option
output p picture pre progress q rp rt ruby s samp script search section select slot small source
span strong style sub summary sup svg table tbody td template textarea tfoot th thead time tr
track u ul var video wbr
""")

# The standard's index of attributes, without the handlers of events.
ATTRIBUTES = words("""
abbr accept accept-charset accesskey action allow allowfullscreen alpha alt as async
autocapitalize autocomplete autocorrect autofocus autoplay blocking charset checked cite class
closedby color colorspace cols colspan command commandfor content contenteditable controls coords
crossorigin data datetime decoding default defer dir dirname disabled download draggable enctype
enterkeyhint fetchpriority for form formaction formenctype formmethod formnovalidate formtarget
headers height hidden high href hreflang http-equiv id imagesizes imagesrcset inert inputmode
integrity is ismap itemid itemprop itemref itemscope itemtype kind label lang list loading loop low
max maxlength media method min minlength multiple muted name nomodule nonce novalidate open optimum
pattern ping placeholder playsinline popover popovertarget popovertargetaction poster preload
readonly referrerpolicy rel required reversed rows rowspan sandbox scope selected
shadowrootclonable shadowrootdelegatesfocus shadowrootmode shadowrootserializable shape size sizes
slot span spellcheck src srcdoc srclang srcset start step style tabindex target title translate
type usemap value width wrap writingsuggestions
""")

DOCUMENTED = words("""
A Abbr Address Area Article Aside Audio B BlockQuote Body Br Button Canvas Caption Cite Code Col
ColGroup DataEl DataList Dd Del Details Dfn Dialog Div Dl Dt Em Embed FieldSet FigCaption Figure
Footer Form H1 H2 H3 H4 H5 H6 Head Header HGroup Hr HTML I IFrame Img Input Ins Kbd Label Legend Li
Link Main Mark Meta Meter Nav NoScript Object Ol OptGroup Option P Picture Pre Progress Q S Samp
Script Section Select Small Source Span Strong StyleEl Sub Summary Sup SVG Table TBody Td Template
Textarea TFoot Th THead Time Title Tr U Ul Var Video Wbr
ID Class Href Src Type Value Placeholder Rel Role Data Style Attr Aria Action AutoComplete AutoFocus
AutoPlay Charset Checked Cols ColSpan Content Controls CrossOrigin DateTime Defer Disabled EncType
For FormAttr Height Lang Loading Loop Max MaxLength Method Min MinLength Multiple Muted Name Pattern
PlaysInline Poster Preload ReadOnly Required RowSpan Rows Selected SrcSet Step TabIndex Target Width
Text Textf Raw Rawf If JoinAttrs HTML5 HTML5Props DataInit DataEffect DataIgnoreMorph
DataViewTransition
""")


def function_for(module: Any, name: str) -> str:
    """The documented name of what writes `name`: the same letters, or with what sets it apart."""
    letters = name.replace("-", "")
    names: list[str] = module.__all__
    found = [
        one
        for one in names
        if one.lower() in (letters, f"{letters}el", f"{letters}attr") and one not in ("Data", "If")
    ]
    [function] = found or [""]
    return function


@pytest.mark.parametrize("tag", ELEMENTS)
def test_elements(tag: str) -> None:
    element = h.SVG() if tag == "svg" else getattr(h, function_for(elements, tag))()
    void = words("area base br col embed hr img input link meta source track wbr")
    assert str(element) == (f"<{tag}>" if tag in void else f"<{tag}></{tag}>")


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attributes(name: str) -> None:
    make = getattr(h, function_for(attributes, name))
    assert str(h.Div(make(True))) in (f"<div {name}></div>", f'<div {name}="true"></div>')
    assert str(h.Div(make(None))) == "<div></div>"


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented_names(name: str) -> None:
    assert callable(getattr(h, name))
    assert name in h.__all__


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    assert len(set(h.__all__)) == len(h.__all__)
    for name in h.__all__:
        assert getattr(h, name).__doc__ or name == "Child", name


def test_every_function_bears_its_own_name() -> None:
    for module in (elements, attributes):
        for name in module.__all__:
            assert getattr(h, name).__name__ == name


def test_the_examples_use_nothing_else() -> None:
    folder = Path(h.__file__).parents[1] / "examples"
    used = {
        name
        for file in folder.glob("*.py")
        for name in re.findall(r"\bh\.([A-Z]\w*)", file.read_text("utf-8"))
    }
    assert used
    assert used <= set(h.__all__)

"""Views made at random, and changed at random, for the law of view diffing."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from random import Random
from types import ModuleType
from typing import Any

FLOW = "div span p b a ul ol table dl h1 h2 section button form svg pre select label custom-tag em"
KINDS = {
    "ul": "li",
    "ol": "li",
    "table": "tbody thead tr caption tbody",
    "tbody": "tr",
    "thead": "tr",
    "tr": "td th td",
    "dl": "dt dd",
    "svg": "circle g foreignObject",
    "g": "circle g",
    "circle": "",
    "select": "option optgroup",
    "optgroup": "option",
    "option": "",
    "pre": "b",
    "foreignObject": "div p",
    "p": "b span a em",
}
LEAVES = ["input", "br", "img", "hr", "textarea", "script", "style"]
ICON = "<svg><title>x</title><path d='M0'/></svg>"
RAW = ["<b>raw</b>", "<!-- note -->", "a &amp; b", ICON, "<i>1</i>t<i>2</i>", "<style>a</style>"]
WILD = [
    "</div>",
    "<p>open",
    "<li>",
    "a < b",
    "<td>cell</td>",
    "</svg>",
    "<div><p><div></p>",
    "<!--",
]
TEXTS = ["one", "two", "three & four", "<", "\n", " ", "\nline", "five\nsix", "", "\r"]
IDS = "abcdefghijklmnop"


@dataclass
class Made:
    """An element, or text where `tag` is empty, or markup where it is `raw`."""

    tag: str = ""
    text: Any = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    children: list[Made] = field(default_factory=list)

    def all(self) -> list[Made]:
        return [self, *(inner for child in self.children for inner in child.all())]


class Maker:
    """Makes views; `wild` ones nest elements as no author should."""

    def __init__(self, random: Random, wild: bool, scripts: bool = True) -> None:
        self.random = random
        self.wild = wild
        self.leaves = LEAVES if scripts else [leaf for leaf in LEAVES if leaf != "script"]

    def view(self) -> Made:
        root = Made("div", attributes={"id": "view"})
        root.children = [self.node("div", 0) for _ in range(self.random.randint(0, 4))]
        if self.random.random() < 0.8:
            # What is big is worth being sent in parts.
            root.children.append(Made("p", children=[Made(text="much text " * 200)]))
        return self.tidy(root)

    def node(self, parent: str, depth: int) -> Made:
        r = self.random
        choice = r.random()
        if parent in ("textarea", "script", "style", "option", "circle"):
            return Made(text=r.choice(TEXTS))
        strict = parent in ("table", "tbody", "thead", "tr", "select", "optgroup", "svg", "g")
        if choice < 0.25 and (not strict or (self.wild and choice < 0.02)):
            return Made(text=r.choice([*TEXTS, 1, 2.5, None]))
        if choice < 0.3 and not strict:
            return Made("raw", r.choice(WILD if self.wild and r.random() < 0.2 else RAW))
        if self.wild and r.random() < 0.05:
            tag = r.choice([*FLOW.split(), "li", "td", "tr", "dd", "option", "tbody", "template"])
        elif choice < 0.4 and not strict and parent != "p":
            tag = r.choice(self.leaves)
        else:
            tags = KINDS.get(parent, FLOW).split()
            if not tags:
                return Made(text="t")
            tag = r.choice(tags)
        made = Made(tag)
        if r.random() < 0.35:
            made.attributes["id"] = r.choice(IDS)
        if r.random() < 0.2:
            made.attributes[r.choice(["class", "title", "value"])] = r.choice(TEXTS[:4])
        if tag == "input" and r.random() < 0.5:
            made.attributes["checked"] = True
        if tag not in ("input", "br", "img", "hr"):
            most = 0 if depth > 3 else r.choice([0, 1, 1, 2, 3])
            made.children = [self.node(tag, depth + 1) for _ in range(most)]
        return made

    def tidy(self, root: Made) -> Made:
        """Let ids be unique, save in one of many wild views."""
        if self.wild and self.random.random() < 0.05:
            return root
        seen: set[Any] = set()
        for made in root.all():
            name = made.attributes.get("id")
            if name in seen:
                del made.attributes["id"]
            elif name is not None:
                seen.add(name)
        return root

    def changed(self, view: Made) -> Made:
        """Another view, much like this one."""
        view = copy.deepcopy(view)
        for _ in range(self.random.choice([1, 1, 1, 2, 3, 5])):
            self._change(view)
        return self.tidy(view)

    def changed_in_part(self, view: Made) -> tuple[Made, Made] | None:
        """Another view, changed within one element that has an id, and that element."""
        view = copy.deepcopy(view)
        names = [made.attributes.get("id") for made in view.all()]
        parts = [
            made
            for made, name in zip(view.all()[1:], names[1:], strict=True)
            if name and names.count(name) == 1
        ]
        if not parts:
            return None
        part = self.random.choice(parts)
        name = part.attributes["id"]
        inside = {id(made) for made in part.all()}
        taken = [made.attributes.get("id") for made in view.all() if id(made) not in inside]
        for _ in range(self.random.choice([1, 1, 2, 3])):
            self._change(part)
        part.attributes["id"] = name
        seen = {name, *taken}
        for made in part.all()[1:]:
            if made.attributes.get("id") in seen:
                made.attributes.pop("id", None)
            seen.add(made.attributes.get("id"))
        return view, part

    def _change(self, view: Made) -> None:
        r = self.random
        made = r.choice(view.all())
        if made.tag in ("", "raw"):
            made.text = r.choice(TEXTS if made.tag == "" else RAW)
            return
        children = made.children
        what = r.random()
        if what < 0.3 and made.tag not in ("input", "br", "img", "hr"):
            children.insert(r.randint(0, len(children)), self.node(made.tag, 2))
        elif what < 0.4 and made.tag not in ("input", "br", "img", "hr"):
            children.append(self.node(made.tag, 2))
        elif what < 0.55 and children:
            children.pop(r.randrange(len(children)))
        elif what < 0.65 and children:
            r.shuffle(children)
        elif what < 0.7 and children:
            # To another element, where there is one that takes it and is not within it.
            moving = r.choice(children)
            inside = {id(inner) for inner in moving.all()}
            homes = [m for m in view.all() if m.tag == made.tag and id(m) not in inside]
            children.remove(moving)
            home = r.choice(homes)
            home.children.insert(r.randint(0, len(home.children)), moving)
        elif what < 0.77 and children:
            children.insert(r.randint(0, len(children)), children.pop())
        elif what < 0.85:
            made.attributes["class"] = r.choice(TEXTS[:4])
        elif what < 0.9 and made is not view:
            made.attributes["id"] = r.choice(IDS)
        elif children:
            children[:] = [*children[1:], self.node(made.tag, 2)]


def build(made: Made, render: ModuleType) -> Any:
    """The node, of one variant of the core."""
    if made.tag == "":
        return made.text
    if made.tag == "raw" or made.tag == "/":
        return render.raw(made.text)
    return render.element(
        made.tag,
        *(render.attr(name, value) for name, value in made.attributes.items()),
        *(build(child, render) for child in made.children),
    )

"""Rows of lists: which are made again, and which are kept."""

from __future__ import annotations

import dataclasses
import enum
from collections import namedtuple
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.core_variants import core_module

VARIANTS = ("c", "py")


@pytest.fixture(params=VARIANTS)
def each(request: pytest.FixtureRequest) -> Any:
    return core_module("rows.each", request.param)


class View:
    """A list that is rendered again and again; `made` are the items of the rows just made."""

    def __init__(self, each: Any, items: Any, key: Any = None) -> None:
        self.items, self.key = items, key
        self.made: list[Any] = []
        self._each = each
        self._memory = each.RowMemory()

    def render(self) -> list[Any]:
        made = self.made
        made.clear()

        def row(item: Any) -> str:
            made.append(item)
            return f"<{item}>"

        return self._memory.render(lambda: self._each.each(self.items, row, key=self.key))


@dataclasses.dataclass
class Open:
    id: int
    text: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    id: int
    text: str = ""


class Struct(msgspec.Struct):
    id: int
    text: str = ""


class Plain:
    def __init__(self, id: int, text: str = "") -> None:
        self.id, self.text = id, text

    def __repr__(self) -> str:
        return f"Plain({self.id}, {self.text!r})"


Pair = namedtuple("Pair", "id text")

KINDS = {
    "dict": lambda id, text="": {"id": id, "text": text},
    "list": lambda id, text="": [id, text],
    "nested": lambda id, text="": {"id": id, "more": [{"text": text}]},
    "tuple": lambda id, text="": (id, text),
    "namedtuple": lambda id, text="": Pair(id, text),
    "dataclass": Open,
    "frozen": Frozen,
    "struct": Struct,
    "object": Plain,
}
by_kind = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)


@by_kind
def test_rows_are_made_once(each, make) -> None:
    view = View(each, [make(n) for n in range(9)])
    assert view.render() == [f"<{item}>" for item in view.items]
    assert len(view.made) == 9
    assert view.render() == [f"<{item}>" for item in view.items]
    assert view.made == []


@by_kind
@pytest.mark.parametrize("key", [None, repr])
def test_equal_items_have_the_rows_that_were_made(each, make, key) -> None:
    view = View(each, [make(n) for n in range(9)], key)
    view.render()
    view.items = [make(n) for n in range(9)]
    view.render()
    assert view.made == []


@by_kind
def test_one_that_is_replaced_is_made_again(each, make) -> None:
    view = View(each, [make(n) for n in range(9)])
    view.render()
    view.items[4] = make(4, "other")
    rows = view.render()
    assert view.made == [view.items[4]]
    assert rows == [f"<{item}>" for item in view.items]


@pytest.mark.parametrize("kind", ["dict", "list", "nested", "dataclass", "struct", "object"])
def test_one_that_is_changed_in_place_is_made_again(each, kind) -> None:
    view = View(each, [KINDS[kind](n) for n in range(9)])
    view.render()
    item: Any = view.items[4]
    if kind == "dict":
        item["text"] = "other"
    elif kind == "list":
        item[1] = "other"
    elif kind == "nested":
        item["more"][0]["text"] = "other"
    else:
        item.text = "other"
    rows = view.render()
    assert view.made == [item]
    assert rows == [f"<{one}>" for one in view.items]


@by_kind
def test_rows_go_with_their_items(each, make) -> None:
    items = [make(n) for n in range(9)]
    view = View(each, items)
    view.render()
    for order in ([8, *range(8)], [5, 4, 3, 0], [4, 5, 3], range(3, 6)):
        view.items = [items[n] for n in order]
        assert view.render() == [f"<{item}>" for item in view.items]
        assert view.made == []
    view.items = items
    view.render()
    assert view.made == [item for n, item in enumerate(items) if n not in (3, 4, 5)]


@by_kind
def test_rows_of_equal_items_go_with_their_keys(each, make) -> None:
    view = View(each, [make(n) for n in range(9)], repr)
    view.render()
    view.items = [make(n) for n in (8, 0, 1, 9, 2)]
    assert view.render() == [f"<{item}>" for item in view.items]
    assert view.made == [view.items[3]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        ("1", 1),
        (0.0, -0.0),
        (Decimal("1.0"), Decimal("1.00")),
        ((1,), (True,)),
        ([1], [1.0]),
        ({"a": 1}, {"a": True}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (Open(1), Open(True)),
        (Open(1), Frozen(1)),
        (None, 0),
    ],
)
def test_what_is_equal_and_written_otherwise_is_another(each, one, other) -> None:
    view = View(each, [one])
    view.render()
    view.items = [other]
    assert view.render() == [f"<{other}>"]
    assert len(view.made) == 1


class Slotted:
    __slots__ = ("id",)


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    "item", [Slotted(), object(), [Slotted()], list(range(65)), [[[[[1]]]]], iter([1])]
)
def test_what_cannot_be_seen_into_is_made_each_time(each, item) -> None:
    view = View(each, [item])
    for _ in range(3):
        view.render()
        assert view.made == [item]


@pytest.mark.parametrize("item", [Colour.RED, float("nan"), str, b"x", Decimal(1), [[[[1]]]]])
def test_leaves_are_known(each, item) -> None:
    view = View(each, [item])
    view.render()
    view.render()
    assert view.made == []


def test_two_items_with_one_key_are_an_error(each) -> None:
    view = View(each, [(1, "a"), (2, "b"), (1, "c")], lambda item: item[0])
    with pytest.raises(ValueError, match="items 0 and 2 have the same key, 1"):
        view.render()
    view.items = [(1, "a"), (2, "b")]
    assert len(view.render()) == 2
    for wrong in ([(1, "a"), (1, "b")], [(1, "a"), (2, "b"), (1, "a")], [(2, "b"), (2, "b")]):
        view.items = wrong
        with pytest.raises(ValueError, match="have the same key"):
            view.render()


def test_a_row_that_fails_is_made_the_next_time(each) -> None:
    fails = [True]
    memory = each.RowMemory()

    def row(item: int) -> str:
        if item == 2 and fails:
            raise KeyError(item)
        return str(item)

    with pytest.raises(KeyError):
        memory.render(lambda: each.each([1, 2, 3], row))
    fails.clear()
    assert memory.render(lambda: each.each([1, 2, 3], row)) == ["1", "2", "3"]


chosen_everywhere: Any = None


def capturing(each, how: str) -> tuple[Any, Any]:
    """A function that renders a list, and one that changes what its rows capture."""
    memory = each.RowMemory()
    chosen: Any = None
    state: dict[str, Any] = {"chosen": None}
    held = SimpleNamespace(chosen=None)
    default: list[Any] = [None]

    class Board:
        chosen: Any = None

        def row(self, item: int) -> str:
            return f"{item}{'!' if self.chosen == item else ''}"

    board = Board()
    board.chosen = None

    def mark(item: int) -> str:
        return "!" if chosen == item else ""

    rows: dict[str, Any] = {
        "variable": lambda item: f"{item}{'!' if chosen == item else ''}",
        "dict": lambda item: f"{item}{'!' if state['chosen'] == item else ''}",
        "object": lambda item: f"{item}{'!' if held.chosen == item else ''}",
        "helper": lambda item: f"{item}{mark(item)}",
        "global": lambda item: f"{item}{'!' if chosen_everywhere == item else ''}",
        "method": board.row,
        "default": lambda item, of=default: f"{item}{'!' if of[0] == item else ''}",
    }

    def choose(item: int) -> None:
        nonlocal chosen
        global chosen_everywhere
        chosen = state["chosen"] = held.chosen = board.chosen = default[0] = item
        chosen_everywhere = item

    return lambda: memory.render(lambda: each.each([1, 2, 3], rows[how])), choose


@pytest.mark.parametrize(
    "how", ["variable", "dict", "object", "helper", "global", "method", "default"]
)
def test_all_rows_are_made_again_where_what_they_capture_changes(each, how) -> None:
    render, choose = capturing(each, how)
    choose(0)
    assert render() == ["1", "2", "3"]
    choose(2)
    assert render() == ["1", "2!", "3"]
    choose(3)
    assert render() == ["1", "2", "3!"]


def test_a_value_that_stands_for_another_is_compared_with_what_it_holds(each) -> None:
    class Held:
        __slots__ = ("value",)
        value: Any

    each.see_as(Held, lambda held: held.value)
    chosen, memory = Held(), each.RowMemory()

    def row(item: int) -> str:
        return f"{item} of {chosen.value}"

    for value in (1, 2, [1], [2], [2, 1], {"a": 1}, {"a": 2}, None):
        chosen.value = value
        assert memory.render(lambda: each.each([1], row)) == [f"1 of {value}"]


def test_a_global_that_comes_and_goes_hides_no_other(each) -> None:
    memory, names = each.RowMemory(), {"made": [], "chosen": 0}
    code = "def row(item):\n made.append(item)\n return (item, more, chosen)"
    names["more"] = None
    exec(code, names)
    shown = []
    for more, chosen in ((None, 1), (None, 2), ("x", 2), ("x", 3), (None, 3), (None, 4)):
        names.update(more=more, chosen=chosen)
        shown += memory.render(lambda: each.each([1], names["row"]))
    assert shown == [
        (1, None, 1),
        (1, None, 2),
        (1, "x", 2),
        (1, "x", 3),
        (1, None, 3),
        (1, None, 4),
    ]


def test_what_the_rows_count_themselves_makes_none_again(each) -> None:
    count = 0
    names: list[str] = []
    memory = each.RowMemory()

    def row(item: str) -> str:
        nonlocal count
        count += 1
        names.append(item)
        return item

    for _ in range(3):
        memory.render(lambda: each.each(["a", "b"], row))
    assert (count, names) == (2, ["a", "b"])


def test_lists_are_known_apart_by_their_code_and_their_order(each) -> None:
    made: list[Any] = []
    memory = each.RowMemory()

    def row(item: int) -> str:
        made.append(item)
        return str(item)

    def other(item: int) -> str:
        made.append(-item)
        return str(-item)

    def view() -> list[list[str]]:
        return [each.each([1, 2], row), each.each([3], row), each.each([1], other)]

    assert memory.render(view) == [["1", "2"], ["3"], ["-1"]]
    made.clear()
    assert memory.render(view) == [["1", "2"], ["3"], ["-1"]]
    assert made == []
    memory.render(lambda: each.each([3], row))
    memory.render(view)
    assert made == [3, 1, 2, 3, -1]


def test_without_a_view_all_rows_are_made(each) -> None:
    made: list[int] = []
    for _ in range(2):
        each.each([1, 2], made.append)
    assert made == [1, 2, 1, 2]


def test_what_is_given_is_the_callers_own(each) -> None:
    view = View(each, [1, 2])
    view.render().append("more")
    assert view.render() == ["<1>", "<2>"]


LEAVES = st.one_of(st.integers(0, 3), st.booleans(), st.sampled_from(["", "a", 1.0, None]))


def holding(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, max_size=2),
        st.tuples(inner),
        st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
        st.builds(Open, inner),
    )


ITEMS = st.one_of(LEAVES, holding(LEAVES), holding(st.one_of(LEAVES, holding(LEAVES))))


@given(st.lists(st.lists(ITEMS, max_size=5), min_size=1, max_size=5), st.booleans())
def test_rows_are_those_of_the_items_and_the_twins_make_the_same(renderings, is_kept) -> None:
    views = [View(core_module("rows.each", variant), []) for variant in VARIANTS]
    items: list[Any] = []
    for given_items in renderings:
        items = [*items[:2], *given_items] if is_kept else given_items
        for view in views:
            view.items = items
            assert view.render() == [f"<{item}>" for item in items]
        assert views[0].made == views[1].made

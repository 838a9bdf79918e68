"""Shared parts: one state, one view and one comparison for all tabs that show them."""

from __future__ import annotations

import asyncio
import re
import weakref
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from support.server import Visitor, wait_until

import via
from via import h


def action_in(html: str, label: str) -> str:
    """The id of the action that the button of this label calls."""
    found = re.search(r"_action/(\w+)[^>]*>" + label, html)
    assert found is not None, html
    return found[1]


class Count:
    """A number in a part, and the action that adds one to it."""

    def __init__(self, c: via.SharedContext) -> None:
        self.number = 0

        def up(caller: via.Context) -> None:
            self.number += 1
            c.sync()

        self.up = c.action(up)


@pytest.fixture
def rendered() -> Counter[str]:
    return Counter()


@pytest.fixture
def vote(v: via.V, rendered: Counter[str]) -> via.V:
    """A page that shows a vote, which all tabs share, and a number of its own."""

    def poll(c: via.SharedContext) -> None:
        rendered["set up"] += 1
        votes: list[str] = []

        @c.action
        def vote(caller: via.Context) -> None:
            votes.append(caller.get_path_param("name"))
            c.sync()

        @c.view
        def view() -> h.H:
            rendered["poll"] += 1
            voters = ",".join(votes)
            filler = [h.P(h.Text(f"row {n}")) for n in range(40)]
            return h.Section(
                h.Button(vote.on_click(), "vote"), h.B(h.ID("voted"), f"voted: {voters}."), filler
            )

    @v.page("/{name}")
    def page(c: via.Context) -> None:
        clicks = 0
        shown = c.shared("poll", poll)

        @c.action
        def click() -> None:
            nonlocal clicks
            clicks += 1
            c.sync()

        @c.view
        def view() -> h.H:
            rendered["page"] += 1
            return h.Main(
                h.I(h.ID("clicks"), f"clicks {clicks}"), shown(), h.Button(click.on_click())
            )

    rendered.clear()  # of the run at registration
    return v


def test_a_change_reaches_all_tabs_and_is_rendered_once(
    vote: via.V, visitor: Callable[[Any], Visitor], rendered: Counter[str]
) -> None:
    ann, bob = visitor(vote), visitor(vote)
    ann.visit("/ann")
    bob.visit("/bob")
    assert "voted: ." in ann.html
    assert "voted: ." in bob.html
    rendered.clear()
    with ann.listen() as to_ann, bob.listen() as to_bob:
        ann.act(action_in(ann.html, "vote"))
        event = to_ann.wait_for("voted: ann.")
        assert "row 3" not in event.elements()
        assert to_bob.wait_for("voted: ann.").data == event.data
        bob.act(action_in(bob.html, "vote"))
        to_ann.wait_for("voted: ann,bob.")
        to_bob.wait_for("voted: ann,bob.")
    assert rendered == {"poll": 2}


def test_who_comes_later_sees_it_as_it_is(
    vote: via.V, visitor: Callable[[Any], Visitor], rendered: Counter[str]
) -> None:
    ann, bob = visitor(vote), visitor(vote)
    ann.visit("/ann")
    with ann.listen() as to_ann:
        ann.act(action_in(ann.html, "vote"))
        to_ann.wait_for("voted: ann.")
        bob.visit("/bob")
        assert "voted: ann." in bob.html
        with bob.listen() as to_bob:
            bob.act("a1")  # a change of the page's own leaves the part alone
            assert "voted" not in to_bob.wait_for("clicks 1").elements()
            ann.act(action_in(ann.html, "vote"))
            to_bob.wait_for("voted: ann,ann.")
    assert rendered["set up"] == 1


def test_a_tab_that_was_away_gets_the_newest(
    vote: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    ann, bob = visitor(vote), visitor(vote)
    ann.visit("/ann")
    bob.visit("/bob")
    with ann.listen() as to_ann:
        for count in (1, 2, 3):
            ann.act(action_in(ann.html, "vote"))
            to_ann.wait_for("voted: " + ",".join(["ann"] * count) + ".")
        with bob.listen() as to_bob:
            event = to_bob.wait_for("voted: ann,ann,ann.")
            assert "row 39" in event.elements()


def test_it_lives_on_over_a_reload_and_ends_after_the_last_tab(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    v.config(via.Options(resume_grace=1.0))
    parts: weakref.WeakSet[object] = weakref.WeakSet()
    ticks: list[int] = []

    class State:
        """What the part's functions hold."""

    def part(c: via.SharedContext) -> None:
        state = State()
        parts.add(state)
        number = len(ticks)
        c.on_interval(0.05, lambda: ticks.append(id(state)))
        c.view(lambda: h.Text(f"begun after {number} ticks."))

    @v.page("/")
    def page(c: via.Context) -> None:
        c.view(c.shared("part", part))

    parts.clear()
    one = visitor(v)
    one.visit()
    assert "begun after 0 ticks." in one.html
    wait_until(lambda: len(ticks) > 2, "ticks")
    one.close()
    one.visit()
    assert "begun after 0 ticks." in one.html
    one.close()
    wait_until(lambda: not len(parts), "the end of the part")
    one.visit()
    assert "begun after 0 ticks." not in one.html


@pytest.mark.parametrize("is_async", [False, True])
def test_messages_have_one_handler_for_all(
    v: via.V, visitor: Callable[[Any], Visitor], is_async: bool
) -> None:
    heard: list[str] = []

    def board(c: via.SharedContext) -> None:
        def note(text: str) -> None:
            heard.append(text)
            c.sync()

        async def note_later(text: str) -> None:
            await asyncio.sleep(0)
            note(text)

        via.subscribe[str](c, "notes", note_later if is_async else note)
        c.view(lambda: h.P(h.Text(f"notes: {heard}")))

    @v.page("/")
    def page(c: via.Context) -> None:
        c.action(lambda: via.publish(c, "notes", "hello"))
        c.view(c.shared("board", board))

    ann, bob = visitor(v), visitor(v)
    ann.visit()
    bob.visit()
    with ann.listen() as to_ann, bob.listen() as to_bob:
        ann.act("a1")
        to_ann.wait_for("hello")
        to_bob.wait_for("hello")
    assert heard == ["hello"]


@pytest.mark.parametrize("page_is_async", [False, True])
def test_it_may_wait_as_it_is_set_up_and_as_it_is_rendered(
    v: via.V, visitor: Callable[[Any], Visitor], page_is_async: bool
) -> None:
    v.config(via.Options(streams=[via.StreamConfig(name="past", subjects=["past"])]))

    async def board(c: via.SharedContext) -> None:
        await asyncio.sleep(0.05)
        score = 0

        @c.action
        async def up(caller: via.Context) -> None:
            nonlocal score
            await asyncio.sleep(0.01)
            score += 1
            c.sync()

        def view() -> h.H:
            past = via.replay_history[str](v, "past", 3)
            return h.Div(h.Button(up.on_click(), "up"), h.B(f"score {score} {past}"))

        c.view(view)

    def page(c: via.Context) -> None:
        c.view(c.shared("board", board))

    async def page_later(c: via.Context) -> None:
        await asyncio.sleep(0)
        page(c)

    v.page("/", page_later if page_is_async else page)

    ann, bob = visitor(v), visitor(v)
    ann.visit()
    bob.visit()
    assert "score 0 []" in ann.html
    with ann.listen() as to_ann, bob.listen() as to_bob:
        assert ann.act(action_in(ann.html, "up")).status_code == 204
        to_ann.wait_for("score 1")
        to_bob.wait_for("score 1")


def test_a_part_that_fails_is_set_up_again_and_the_line_is_told(
    v: via.V, visitor: Callable[[Any], Visitor], caplog: pytest.LogCaptureFixture
) -> None:
    is_broken = False

    def board(c: via.SharedContext) -> None:
        if is_broken:
            raise RuntimeError("no board today")
        c.view(lambda: h.Text("board"))

    @v.page("/")
    def page(c: via.Context) -> None:
        c.view(c.shared("board", board))

    is_broken = True
    one = visitor(v)
    assert one.http.get("/").status_code == 500
    assert "no board today" in caplog.text
    assert 'raise RuntimeError("no board today")' in caplog.text
    is_broken = False
    one.visit()
    assert "board" in one.html


def test_a_view_that_fails_leaves_what_is_shown(
    v: via.V, visitor: Callable[[Any], Visitor], caplog: pytest.LogCaptureFixture
) -> None:
    def board(c: via.SharedContext) -> None:
        number = 3

        @c.action
        def down(caller: via.Context) -> None:
            nonlocal number
            number -= 1
            c.sync()

        c.view(lambda: h.Div(h.Button(down.on_click(), "down"), h.B(f"is {6 // (number - 1)}")))

    @v.page("/")
    def page(c: via.Context) -> None:
        c.view(c.shared("board", board))

    ann, bob = visitor(v), visitor(v)
    ann.visit()
    bob.visit()
    with ann.listen() as to_ann, bob.listen() as to_bob:
        down = action_in(ann.html, "down")
        ann.act(down)
        to_ann.wait_for("is 6")
        to_bob.wait_for("is 6")
        ann.act(down)
        wait_until(lambda: "ZeroDivisionError" in caplog.text, "the log")
        ann.act(down)
        to_ann.wait_for("is -6")
        to_bob.wait_for("is -6")
    assert sum("ZeroDivisionError" in record.message for record in caplog.records) == 1


def test_what_the_parser_moves_comes_with_the_whole_view(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    def board(c: via.SharedContext) -> None:
        count = Count(c)

        def view() -> h.H:
            odd = h.Raw("</div></div><p>stray") if count.number >= 2 else None
            return h.Section(h.Button(count.up.on_click(), "up"), h.B(f"is {count.number}"), odd)

        c.view(view)

    @v.page("/")
    def page(c: via.Context) -> None:
        board_here = c.shared("board", board)
        c.view(lambda: h.Main(h.H1(h.Text("the page around")), board_here()))

    ann = visitor(v)
    ann.visit()
    with ann.listen() as stream:
        up = action_in(ann.html, "up")
        ann.act(up)
        stream.wait_for("is 1")
        for number in (2, 3):
            ann.act(up)
            event = stream.wait_for(f"is {number}")
            assert "the page around" in event.elements()


def test_one_that_is_not_shown_yet_costs_nothing_and_comes_later(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    made = 0

    def board(c: via.SharedContext) -> None:
        @c.view
        def view() -> h.H:
            nonlocal made
            made += 1
            return h.B(f"made {made}.")

    @v.page("/")
    def page(c: via.Context) -> None:
        clicks = 0
        board_here = c.shared("board", board)

        @c.action
        def more() -> None:
            nonlocal clicks
            clicks += 1
            c.sync()

        c.view(lambda: h.Main(h.I(f"clicks {clicks}"), board_here() if clicks > 1 else None))

    ann = visitor(v)
    ann.visit()
    with ann.listen() as to_ann:
        ann.act("a1")
        to_ann.wait_for("clicks 1")
        assert made == 0
        ann.act("a1")
        to_ann.wait_for("made 1.")


def test_it_is_shown_only_where_the_view_has_it(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    def board(c: via.SharedContext) -> None:
        count = Count(c)

        c.view(
            lambda: h.Div(
                h.Button(count.up.on_click(), "up"), h.B(f"is {count.number}."), ["-"] * 300
            )
        )

    @v.page("/")
    def page(c: via.Context) -> None:
        is_open = True
        clicks = 0
        board_here = c.shared("board", board)

        @c.action
        def toggle() -> None:
            nonlocal is_open, clicks
            is_open, clicks = not is_open, clicks + 1
            c.sync()

        filler = [h.P(h.Text(f"row {n}")) for n in range(40)]
        c.view(
            lambda: h.Main(
                h.I(h.ID("clicks"), f"clicks {clicks}."),
                h.Div(h.ID("box"), board_here() if is_open else None),
                filler,
            )
        )

    ann, bob = visitor(v), visitor(v)
    ann.visit()
    bob.visit()
    up = action_in(ann.html, "up")
    with ann.listen() as to_ann, bob.listen() as to_bob:
        ann.act("a1")
        to_ann.wait_for("clicks 1.")
        ann.act(up)  # a click that was under way as it went
        to_bob.wait_for("is 1.")
        ann.act("a1")
        to_ann.wait_for("is 1.")
        assert to_ann.events[-1].elements().count("is 1.") == 1
        brought = [event.elements() for event in to_ann.events]
        assert len(brought) == 4
        ann.act(up)
        to_ann.wait_for("is 2.")


def test_what_is_sent_keeps_its_order(v: via.V, visitor: Callable[[Any], Visitor]) -> None:
    def board(c: via.SharedContext) -> None:
        number = 0

        @c.action
        def up(caller: via.Context) -> None:
            nonlocal number
            caller.exec_script(f"before({number})")
            number += 1
            c.sync()
            caller.exec_script(f"after({number})")

        c.view(lambda: h.Div(h.Button(up.on_click(), "up"), h.B(h.ID("is"), f"is {number}.")))

    @v.page("/")
    def page(c: via.Context) -> None:
        shown = c.shared("board", board)
        c.view(lambda: h.Main(h.H1("Order"), shown()))

    ann, bob = visitor(v), visitor(v)
    ann.visit()
    bob.visit()
    up = action_in(ann.html, "up")
    with ann.listen() as to_ann, bob.listen() as to_bob:
        for number in range(4):
            bob.act(up)  # ann's tab has nothing but the part's events for a while
            ann.act(up)
            to_ann.wait_for(f"after({2 * number + 2})")
            to_bob.wait_for(f"is {2 * number + 2}.")
        told = re.findall(
            r"before\(\d+\)|is \d+\.|after\(\d+\)", " ".join("".join(e.data) for e in to_ann.events)
        )
    assert told == [
        text
        for odd in (1, 3, 5, 7)
        for text in (f"is {odd}.", f"before({odd})", f"is {odd + 1}.", f"after({odd + 1})")
    ]


def test_one_that_gets_all_of_it_leaves_the_others_small_changes(
    vote: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    ann, bob = visitor(vote), visitor(vote)
    ann.visit("/ann")
    bob.visit("/bob")
    up = action_in(ann.html, "vote")
    with ann.listen() as to_ann:
        for count in (1, 2, 3):
            ann.act(up)
            to_ann.wait_for("voted: " + ",".join(["ann"] * count) + ".")
        with bob.listen() as to_bob:
            to_bob.wait_for("voted: ann,ann,ann.")
            ann.act(up)
            for stream in (to_ann, to_bob):
                assert "row 3" not in stream.wait_for("voted: ann,ann,ann,ann.").elements()


def test_a_key_names_the_part_of_one_function(
    v: via.V, visitor: Callable[[Any], Visitor], caplog: pytest.LogCaptureFixture
) -> None:
    def of_room(room: str) -> Callable[[via.SharedContext], None]:
        def board(c: via.SharedContext) -> None:
            c.view(lambda: h.P(h.Text(room)))

        return board

    def others(c: via.SharedContext) -> None:
        c.view(lambda: h.P("others"))

    @v.page("/rooms/{name}")
    def rooms(c: via.Context) -> None:
        c.view(c.shared("board", of_room(c.get_path_param("name"))))

    @v.page("/others")
    def other_page(c: via.Context) -> None:
        c.view(c.shared("board", others))

    one = visitor(v)
    one.visit("/rooms/tea")
    one.visit("/rooms/cake")
    assert "<p>tea</p>" in one.html
    assert one.http.get("/others").status_code == 500
    assert "the key 'board' names the part that" in caplog.text


def test_lines_of_any_kind_come_whole_into_an_event(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    def board(c: via.SharedContext) -> None:
        c.view(lambda: h.Pre(h.Raw("one\ntwo\rthree\r\nfour")))

    @v.page("/")
    def page(c: via.Context) -> None:
        is_open = False
        shown = c.shared("board", board)

        @c.action
        def show() -> None:
            nonlocal is_open
            is_open = True
            c.sync()

        c.view(lambda: h.Main(shown() if is_open else None))

    ann = visitor(v)
    ann.visit()
    with ann.listen() as to_ann:
        ann.act("a1")
        event = to_ann.wait_for("four")
        lines = re.split(r"[\r\n]+", event.elements())
        assert [line.rpartition(">")[2] or line for line in lines][:3] == ["one", "two", "three"]
        assert all(line.startswith("elements ") for line in event.data)


def test_any_asgi_server_brings_it_to_all(vote: via.V, serve: Any, rendered: Counter[str]) -> None:
    url = serve(vote, plain=True).url
    ann, bob = Visitor(url), Visitor(url)
    ann.visit("/ann")
    bob.visit("/bob")
    with ann.listen() as to_ann, bob.listen() as to_bob:
        for count in (1, 2):
            ann.act(action_in(ann.html, "vote"))
            for stream in (to_ann, to_bob):
                stream.wait_for("voted: " + ",".join(["ann"] * count) + ".")
    assert rendered["poll"] == 3
    ann.http.close()
    bob.http.close()


def test_a_page_calls_the_actions_of_its_own_parts_only(
    vote: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    @vote.page("/other/page")
    def other(c: via.Context) -> None:
        c.view(lambda: h.Text("nothing shared"))

    ann, mallory = visitor(vote), visitor(vote)
    ann.visit("/ann")
    mallory.visit("/other/page")
    id = action_in(ann.html, "vote")
    assert mallory.act(id).status_code == 404
    assert ann.act(id).status_code == 204


def test_actions_run_inside_the_middleware_of_the_callers_page(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    called: list[str] = []

    def only_ann(c: via.Context, next: Callable[[], Any]) -> None:
        called.append(c.get_path_param("name"))
        if c.get_path_param("name") != "bob" or len(called) < 3:
            next()

    def poll(c: via.SharedContext) -> None:
        votes: list[str] = []

        @c.action
        def vote(caller: via.Context) -> None:
            votes.append(caller.get_path_param("name"))
            c.sync()

        def view() -> h.H:
            return h.Div(h.Button(vote.on_click(), "vote"), h.B(f"voted: {','.join(votes)}."))

        c.view(view)

    guarded = v.group("", only_ann)

    @guarded.page("/{name}")
    def page(c: via.Context) -> None:
        c.view(c.shared("poll", poll))

    called.clear()
    ann, bob = visitor(v), visitor(v)
    ann.visit("/ann")
    bob.visit("/bob")
    with ann.listen() as to_ann:
        id = action_in(ann.html, "vote")
        bob.act(id)
        ann.act(id)
        to_ann.wait_for("voted: ann.")
    assert called == ["ann", "bob", "bob", "ann"]


def test_an_action_that_does_not_ask_is_not_told_who_called(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    called: list[Any] = []

    def board(c: via.SharedContext) -> None:
        @c.action
        def plain() -> None:
            called.append("plain")
            c.sync()

        @c.action
        async def later(caller: via.Context) -> None:
            called.append(caller.get_path_param("name"))
            plain()

        bound = [c.action(lambda n=n: called.append(n)) for n in range(2)]
        buttons = [h.Button(one.on_click(), f"bound {n}") for n, one in enumerate(bound)]
        c.view(
            lambda: h.Div(
                h.Button(plain.on_click(), "plain"), h.Button(later.on_click(), "later"), buttons
            )
        )

    @v.page("/{name}")
    def page(c: via.Context) -> None:
        c.view(c.shared("board", board))

    ann = visitor(v)
    ann.visit("/ann")
    for label in ("plain", "later", "bound 1"):
        assert ann.act(action_in(ann.html, label)).status_code == 204
    assert called == ["plain", "ann", "plain", 1]


def test_what_a_visitor_sent_cannot_widen_a_parts_subscription(
    v: via.V, visitor: Callable[[Any], Visitor], caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []

    @v.page("/{room}")
    def page(c: via.Context) -> None:
        typed = c.signal("")
        room = c.get_path_param("room")

        def board(part: via.SharedContext) -> None:
            @part.action
            def join(caller: via.Context) -> None:
                via.subscribe[str](part, f"rooms.{typed.string()}", heard.append)

            via.subscribe[str](part, f"rooms.{room or 'none'}", heard.append)
            part.view(lambda: h.Button(join.on_click(), "join"))

        shown = c.shared(f"board {room}", board)
        c.view(lambda: h.Main(h.Input(typed.bind()), shown()))

    one = visitor(v)
    assert one.http.get("/%3E").status_code == 500
    one.visit("/tea")
    name = next(name for name in one.signals if not name.startswith("via_"))
    assert one.act(action_in(one.html, "join"), **{name: ">"}).status_code == 500
    assert caplog.text.count("wildcard") >= 2
    via.publish(v, "rooms.cake", "not for tea")
    via.publish(v, "rooms.tea", "for tea")
    wait_until(lambda: heard, "the message")
    assert heard == ["for tea"]


def test_what_is_wrong_is_said(v: via.V) -> None:
    def failing(build: Callable[[via.Context], Any]) -> str:
        with pytest.raises(via.PageError) as caught:
            v.page(f"/{len(v.http_serve_mux().routes)}")(build)
        return str(caught.value)

    def nothing(c: via.SharedContext) -> None:
        pass

    def with_signal(c: via.SharedContext) -> None:
        c.signal(1)  # type: ignore[attr-defined]

    def with_action_of_two(c: via.SharedContext) -> None:
        c.action(lambda a, b: None)  # type: ignore[arg-type]

    def fine(c: via.SharedContext) -> None:
        c.view(lambda: h.Text("fine"))

    def twice(c: via.Context) -> None:
        c.shared("a", fine)
        c.shared("a", fine)

    assert "no view was set" in failing(lambda c: c.view(c.shared("a", nothing)))
    assert "c.signal is one tab's" in failing(lambda c: c.view(c.shared("a", with_signal)))
    assert "one argument" in failing(lambda c: c.view(c.shared("a", with_action_of_two)))
    assert "needs a key" in failing(lambda c: c.view(c.shared("", fine)))
    assert "shows the shared part 'a' already" in failing(twice)


def test_scripts_have_the_nonce_of_their_page(v: via.V, visitor: Callable[[Any], Visitor]) -> None:
    def board(c: via.SharedContext) -> None:
        count = Count(c)

        c.view(
            lambda: h.Div(
                h.Button(count.up.on_click(), "up"),
                h.B(f"is {count.number}"),
                h.Script(h.Raw(f"let a={count.number}")),
            )
        )

    @v.page("/")
    def page(c: via.Context) -> None:
        c.view(c.shared("board", board))

    ann, bob = visitor(v), visitor(v)
    tabs = [ann, bob]
    nonces = []
    for tab in tabs:
        policy = tab.http.get("/").headers["content-security-policy"]
        assert "nonce-" in policy
        tab.visit()
        found = re.search(r'<script nonce="([^"]+)">let a=0', tab.html)
        assert found is not None
        nonces.append(found[1])
    assert nonces[0] != nonces[1]
    with ann.listen() as to_ann, bob.listen() as to_bob:
        ann.act(action_in(ann.html, "up"))
        for nonce, stream in zip(nonces, (to_ann, to_bob), strict=True):
            assert f'nonce="{nonce}"' in stream.wait_for("let a=1").elements()

"""One subject's messages, handed to its listeners; codecs that are made once per type."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from via._core.messaging import _codecs_c, _codecs_py, _fanout_c, _fanout_py  # type: ignore[attr-defined]

LIMIT = 4


class Bench:
    """A fan-out of one variant, with listeners whose jobs run when the test says so."""

    def __init__(self, fanout: Any, codecs: Any) -> None:
        self.bad: list[tuple[type, bytes]] = []
        self.lost: list[int] = []
        self.made = fanout
        self.codec = codecs.codec
        self.fanout = fanout.Fanout(self._on_bad, self._on_drop)
        self.listeners: list[Any] = []
        self.jobs: list[Any] = []
        self.seen: list[list[Any]] = []

    def _on_bad(self, codec: Any, data: bytes, error: Exception) -> None:
        self.bad.append((codec.type, data))

    def _on_drop(self, listener: Any) -> None:
        self.lost.append(self.listeners.index(listener))

    def listen(self, kind: Any = None, held: bool = False) -> Any:
        seen: list[Any] = []
        codec = None if kind is None else self.codec(kind)
        listener = self.made.Listener(seen.append, codec, self.jobs.append, LIMIT, held)
        self.seen.append(seen)
        self.listeners.append(listener)
        self.fanout.add(listener)
        return listener

    def run(self) -> None:
        jobs, self.jobs[:] = list(self.jobs), []
        for job in jobs:
            job()

    def state(self) -> tuple[Any, ...]:
        return (
            self.seen,
            self.bad,
            self.lost,
            len(self.jobs),
            len(self.fanout),
            [(len(one), one.dropped, one.closed) for one in self.listeners],
        )


@pytest.fixture(params=[(_fanout_c, _codecs_c), (_fanout_py, _codecs_py)], ids=["compiled", "pure"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(*request.param)


def test_a_message_is_decoded_once_per_type_and_shared(bench) -> None:
    for kind in (list[int], list[int], None, Any):
        bench.listen(kind)
    bench.fanout.deliver(b"[1]")
    bench.run()
    assert bench.seen == [[[1]], [[1]], [b"[1]"], [[1]]]
    assert bench.seen[0][0] is bench.seen[1][0]
    assert bench.seen[0][0] is not bench.seen[3][0]


def test_what_one_type_cannot_read_another_can(bench) -> None:
    bench.listen(int)
    bench.listen(str)
    bench.fanout.deliver(b'"x"')
    bench.run()
    assert bench.seen == [[], ["x"]]
    assert bench.bad == [(int, b'"x"')]


def test_a_full_listener_loses_its_oldest_message(bench) -> None:
    bench.listen(int)
    for number in range(LIMIT + 3):
        bench.fanout.deliver(b"%d" % number)
    bench.run()
    assert bench.seen == [[3, 4, 5, 6]]
    assert (bench.lost, bench.listeners[0].dropped) == ([0, 0, 0], 3)


def test_a_message_whose_job_is_refused_is_lost_alone(bench) -> None:
    refuses = True
    seen: list[Any] = []

    def enqueue(job: Any) -> bool:
        if refuses:
            return False
        job()
        return True

    full = bench.made.Listener(seen.append, None, enqueue, LIMIT)
    bench.listeners.append(full)
    bench.fanout.add(full)
    bench.listen(int)
    bench.fanout.deliver(b"1")
    refuses = False
    bench.fanout.deliver(b"2")
    bench.run()
    assert (seen, bench.seen) == ([b"2"], [[1, 2]])
    assert (bench.lost, full.dropped, len(full)) == ([0], 1, 0)


def test_a_closed_listener_hears_nothing_not_even_what_waits(bench) -> None:
    one = bench.listen(int)
    other = bench.listen(int)
    bench.fanout.deliver(b"1")
    assert bench.fanout.remove(one)
    assert not bench.fanout.remove(one)
    bench.fanout.deliver(b"2")
    bench.run()
    assert bench.seen == [[], [1, 2]]
    assert (one.closed, other.closed, len(bench.fanout)) == (True, False, 1)


def test_a_held_listener_goes_on_behind_a_number(bench) -> None:
    one = bench.listen(int, held=True)
    for number in (7, 8, 9):
        bench.fanout.deliver(b"%d" % number, number)
    bench.run()
    assert bench.seen == [[]]
    one.release(8)
    for number in (8, 10):
        bench.fanout.deliver(b"%d" % number, number)
    bench.run()
    assert bench.seen == [[9, 10]]


def test_a_listener_may_leave_while_a_message_is_handed_on(bench) -> None:
    listeners: list[Any] = []

    def leave(job: Any) -> None:
        job()
        for listener in listeners:
            bench.fanout.remove(listener)

    seen: list[Any] = []
    for _ in range(3):
        listener = bench.made.Listener(seen.append, None, leave, LIMIT)
        listeners.append(listener)
        bench.fanout.add(listener)
    bench.fanout.deliver(b"x")
    assert seen == [b"x"]
    assert len(bench.fanout) == 0


KINDS = [None, int, list[int], Any]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("listen"), st.sampled_from(KINDS), st.booleans()),
        st.tuples(st.just("deliver"), st.sampled_from([b"1", b"[2]", b"{", b'"a"']), st.just(0)),
        st.tuples(st.just("deliver"), st.just(b"[3]"), st.integers(0, 9)),
        st.tuples(st.just("run"), st.none(), st.none()),
        st.tuples(st.just("release"), st.integers(0, 5), st.integers(0, 9)),
        st.tuples(st.just("remove"), st.integers(0, 5), st.none()),
        st.tuples(st.just("close"), st.integers(0, 5), st.none()),
    ),
    max_size=60,
)


@given(STEPS)
def test_both_variants_do_the_same(steps) -> None:
    pair = Bench(_fanout_c, _codecs_c), Bench(_fanout_py, _codecs_py)
    for bench in pair:
        for step, first, second in steps:
            if step == "listen":
                bench.listen(first, second)
            elif step == "deliver":
                bench.fanout.deliver(first, second)
            elif step == "run":
                bench.run()
            elif first < len(bench.listeners):
                listener = bench.listeners[first]
                if step == "release":
                    listener.release(second)
                elif step == "close":
                    listener.close()
                else:
                    bench.fanout.remove(listener)
    compiled, pure = pair
    assert compiled.state() == pure.state()


def test_a_codec_is_made_once_per_type(codecs) -> None:
    assert codecs.codec(list[int]) is codecs.codec(list[int])
    assert codecs.codec(int) is not codecs.codec(str)
    assert codecs.codec(int).type is int
    kinds = [msgspec.defstruct(f"Kind{number}", []) for number in range(1100)]
    first = codecs.codec(kinds[0])
    for kind in kinds:
        codecs.codec(kind)
    assert codecs.codec(kinds[0]) is not first  # types that come and go do not pile up


def test_errors_name_the_path_and_the_type(codecs) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"Expected `int`, got `str` - at `\$\[1\]`"):
        codecs.codec(list[int]).decode(b'[1, "x"]')
    with pytest.raises(msgspec.DecodeError):
        codecs.codec(int).decode(b"")
    with pytest.raises(TypeError):
        codecs.codec(object())
    with pytest.raises(TypeError):
        codecs.encode(object())
    assert codecs.encode({"a": [1, None]}) == b'{"a":[1,null]}'

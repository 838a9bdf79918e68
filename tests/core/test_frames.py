"""Frames of WebSockets, compared with a well-known library's, in one piece and in many."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.core_variants import IDS, core_module
from websockets.frames import Frame, Opcode

LIMIT = 100_000
MASK = b"\x01\xf2\x03\xe4"


def client_frame(
    opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0, mask: bytes = MASK
) -> bytes:
    head = bytes([(0x80 if fin else 0) | rsv | opcode])
    size = len(payload)
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 65536:
        head += bytes([0x80 | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([0x80 | 127]) + size.to_bytes(8, "big")
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def parsed(data: bytes) -> Frame:
    """A server's frame, read by the library."""

    def read_exact(size: int) -> Any:
        nonlocal data
        part, data = data[:size], data[size:]
        return part
        yield

    parsing = Frame.parse(read_exact, mask=False)
    try:
        while True:
            next(parsing)
    except StopIteration as done:
        assert data == b""
        return done.value


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 70_000])
def test_frames_of_all_lengths_are_written_and_read(frames, size: int) -> None:
    payload = bytes(index % 251 for index in range(size))
    written = parsed(frames.frame(frames.BINARY, payload))
    assert (written.opcode, written.data, written.fin) == (Opcode.BINARY, payload, True)
    assert (written.rsv1, written.rsv2, written.rsv3) == (False, False, False)
    reader = frames.FrameReader(LIMIT, False)
    assert reader.read(client_frame(frames.TEXT, payload)) == [(frames.TEXT, payload, False)]


def test_a_frame_says_whether_it_is_compressed(frames) -> None:
    assert frames.frame(frames.TEXT, b"x", True) == b"\xc1\x01x"
    reader = frames.FrameReader(LIMIT, True)
    assert reader.read(client_frame(1, b"x", rsv=0x40)) == [(1, b"x", True)]
    assert reader.read(client_frame(1, b"x")) == [(1, b"x", False)]


message = st.tuples(
    st.sampled_from([1, 2]), st.lists(st.binary(max_size=200), min_size=1, max_size=4)
)
control = st.tuples(st.sampled_from([8, 9, 10]), st.binary(max_size=125))


@given(
    messages=st.lists(st.tuples(message, st.lists(control, max_size=2)), max_size=5),
    cuts=st.lists(st.integers(1, 60), min_size=1, max_size=5),
)
def test_messages_are_whole_however_they_are_divided_and_cut(messages, cuts) -> None:
    data, expected = b"", []
    for (opcode, parts), controls in messages:
        for index, part in enumerate(parts):
            is_last = index == len(parts) - 1
            data += client_frame(opcode if index == 0 else 0, part, fin=is_last)
            if index == 0 and not is_last:
                for kind, payload in controls:
                    data += client_frame(kind, payload)
                    expected.append((kind, payload, False))
        expected.append((opcode, b"".join(parts), False))
    for variant in IDS:
        frames = core_module("websocket.frames", variant)
        assert frames.FrameReader(LIMIT, False).read(data) == expected
        reader, found, rest = frames.FrameReader(LIMIT, False), [], data
        for size in itertools.cycle(cuts):
            if not rest:
                break
            found += reader.read(rest[:size])
            rest = rest[size:]
        assert found == expected


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x01x", 1002),  # no mask
        (client_frame(1, b"x", rsv=0x40), 1002),
        (client_frame(1, b"x", rsv=0x20), 1002),
        (client_frame(1, b"x", rsv=0x10), 1002),
        (client_frame(3, b"x"), 1002),
        (client_frame(11, b"x"), 1002),
        (client_frame(0, b"x"), 1002),
        (client_frame(1, b"x", fin=False) + client_frame(1, b"x"), 1002),
        (client_frame(9, b"x", fin=False), 1002),
        (client_frame(9, b"x" * 126), 1002),
        (b"\x81\xfe\x00\x05" + MASK + b"12345", 1002),
        (b"\x81\xff" + (200).to_bytes(8, "big") + MASK, 1002),
        (b"\x81\xff" + (2**63).to_bytes(8, "big"), 1009),
        (client_frame(1, b"x" * (LIMIT + 1))[:20], 1009),
        (client_frame(1, b"x" * 60_000, fin=False) + client_frame(0, b"x" * 60_000)[:8], 1009),
    ],
)
def test_what_no_client_may_send_is_refused_as_soon_as_it_is_seen(frames, data, code) -> None:
    with pytest.raises(frames.FrameError) as refused:
        frames.FrameReader(LIMIT, False).read(data)
    assert refused.value.code == code


def test_a_compressed_message_goes_on_in_plain_frames_alone(frames) -> None:
    reader = frames.FrameReader(LIMIT, True)
    both = client_frame(1, b"a", fin=False, rsv=0x40) + client_frame(0, b"b")
    assert reader.read(both) == [(1, b"ab", True)]
    with pytest.raises(frames.FrameError):
        reader.read(client_frame(1, b"a", fin=False) + client_frame(0, b"b", rsv=0x40))


def test_a_message_of_many_empty_parts_takes_no_memory(frames) -> None:
    reader = frames.FrameReader(LIMIT, False)
    reader.read(client_frame(1, b"", fin=False))
    for _ in range(1000):
        assert reader.read(client_frame(0, b"", fin=False)) == []
    assert reader.read(client_frame(0, b"end")) == [(1, b"end", False)]


@given(st.binary(max_size=300))
def test_both_variants_say_the_same_of_anything(data: bytes) -> None:
    outcomes = []
    for variant in IDS:
        frames = core_module("websocket.frames", variant)
        try:
            outcomes.append(frames.FrameReader(200, True).read(data))
        except frames.FrameError as error:
            outcomes.append((error.code, str(error)))
    assert outcomes[0] == outcomes[1]

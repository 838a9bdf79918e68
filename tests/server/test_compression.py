"""Compression of streams: whatever is sent can be read at once, and takes few bytes."""

import zlib
from typing import Any

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from via.live.shared_event import SharedEvent
from via.server import compression
from via.server.compression import Brotli, Gzip, Plain, Zstandard, choose
from via.server.socket.deflate import Deflate, pack_shared


def reader(name: str):
    if name == "br":
        return brotli.Decompressor().process
    if name == "gzip":
        return zlib.decompressobj(31).decompress
    if name == "zstd":
        return compression.zstandard().ZstdDecompressor().decompress
    return bytes


@pytest.mark.parametrize("kind", [Brotli, Gzip, Zstandard, Plain])
@given(steps=st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=3000))))
def test_each_frame_can_be_read_when_it_arrives(kind, steps) -> None:
    stream = kind()
    read = reader(stream.name)
    for is_frame, data in steps:
        assert read(stream.frame(data) if is_frame else stream.heartbeat(data)) == data
    assert read(stream.finish()) == b""
    assert stream.finish() == b""


@pytest.mark.parametrize("beats", [0, 1])
def test_a_finished_gzip_stream_bears_the_right_checksum(beats) -> None:
    stream = Gzip()
    body = b"".join(stream.heartbeat(b":\n\n") for _ in range(beats)) + stream.frame(b"x" * 100)
    assert zlib.decompress(body + stream.finish(), 31) == b":\n\n" * beats + b"x" * 100
    assert zlib.decompress(Gzip().finish(), 31) == b""


@pytest.mark.parametrize("kind", [Brotli, Gzip, Zstandard])
def test_a_frame_like_the_last_one_takes_few_bytes(kind) -> None:
    stream = kind()
    line = "".join(f"{number:x}" for number in range(300)).encode()
    first, second = stream.frame(line), stream.frame(line)
    assert len(second) < len(first) / 5
    stream.finish()


@pytest.mark.parametrize(
    ("accepted", "name"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("br;q=0.9, gzip;q=0.9, zstd", "zstd"),
        ("zstd", "zstd"),
        ("gzip, zstd", "gzip"),
        ("BR", "br"),
        ("br;q=nonsense", ""),
        ("", ""),
        ("identity", ""),
    ],
)
def test_the_browsers_wish_counts(accepted, name) -> None:
    chosen = choose(accepted)
    assert chosen.name == name
    chosen.finish()


def test_past_a_bound_streams_take_gzip_and_ended_ones_make_room(monkeypatch) -> None:
    monkeypatch.setattr(compression, "BROTLI_STREAMS", Brotli._open + 1)
    first = choose("br, gzip")
    assert (first.name, choose("br, gzip").name, choose("br").name) == ("br", "gzip", "")
    first.finish()
    first.finish()
    again = choose("br, gzip")
    assert again.name == "br"
    again.finish()


# What many are sent alike


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["shared", "own", "heartbeat"]),
            st.integers(0, 7),
            st.sampled_from(["<li>line %d</li>" * 9, "<b>%d</b>" * 40, "short %d", "é%d" * 90]),
        ),
        max_size=25,
    )
)
def test_streams_that_share_events_stay_whole(
    steps: list[tuple[str, int, str]],
) -> None:
    gzips = [Gzip() for _ in range(3)]
    sockets = [Deflate() for _ in range(3)]
    decoded = [b""] * 3
    heard: list[list[bytes]] = [[], [], []]
    expected = [b""] * 3
    messages: list[list[bytes]] = [[], [], []]
    unzip = [zlib.decompressobj(31) for _ in range(3)]
    inflate = [zlib.decompressobj(-zlib.MAX_WBITS) for _ in range(3)]
    event = None
    for number, (what, which, text) in enumerate(steps):
        data = (text.replace("%d", str(number))).encode()
        if what == "shared":
            event = SharedEvent(data, event)
        for i in range(3):
            if not which & (1 << i):
                continue
            if what == "heartbeat":
                data = b":\n\n"
                decoded[i] += unzip[i].decompress(gzips[i].heartbeat(data))
            elif what == "own" or event is None:
                decoded[i] += unzip[i].decompress(gzips[i].frame(data))
                packed = sockets[i].compress(data)
                heard[i].append(data if packed is None else inflated(inflate[i], packed))
                messages[i].append(data)
            else:
                decoded[i] += unzip[i].decompress(gzips[i].shared(event))
                refers_back = sockets[i].shared(event)
                if refers_back is None:
                    heard[i].append(data)
                else:
                    heard[i].append(inflated(inflate[i], pack_shared(event, refers_back)))
                messages[i].append(data)
            expected[i] += data
            assert decoded[i] == expected[i]
            assert heard[i] == messages[i]
    for i in range(3):
        decoded[i] += unzip[i].decompress(gzips[i].finish()) + unzip[i].flush()
        assert unzip[i].eof
        assert decoded[i] == expected[i]


def inflated(decompressor: Any, message: bytes) -> bytes:
    return decompressor.decompress(message + b"\x00\x00\xff\xff")


def test_an_event_that_follows_another_is_small_and_made_once() -> None:
    line = "<li id='line-%d'><b>somebody</b> said that it is going to rain tomorrow again</li>"
    first = SharedEvent((line % 1).encode() * 3)
    second = SharedEvent((line % 2).encode() * 3, first)
    ann, bob, late = Deflate(), Deflate(), Deflate()
    for one in (ann, bob):
        assert one.shared(first) is False
    assert [one.shared(second) for one in (ann, bob, late)] == [True, True, False]
    assert len(pack_shared(second, True)) < len(pack_shared(second, False)) / 2
    assert pack_shared(second, True) == pack_shared(second, True)
    ann.compress(b"something else" * 20)
    third = SharedEvent((line % 3).encode() * 3, second)
    assert [one.shared(third) for one in (ann, bob)] == [False, True]

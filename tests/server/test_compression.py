"""Compression of streams: whatever is sent can be read at once, and takes few bytes."""

import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from via.server import compression
from via.server.compression import Brotli, Gzip, Plain, Zstandard, choose


def reader(name: str):
    if name == "br":
        return brotli.Decompressor().process
    if name == "gzip":
        return zlib.decompressobj(31).decompress
    if name == "zstd":
        return compression.zstd.ZstdDecompressor().decompress  # type: ignore[attr-defined]
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

"""The client, as browsers ask for it."""

from __future__ import annotations

import gzip
import sys

import brotli
import httpx
import pytest

import via
from via.server.client_asset import bundled_client

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DECODERS = {"br": brotli.decompress, "zstd": zstd.decompress, "gzip": gzip.decompress}


@pytest.fixture
def fetch(v, serve):
    v.config(via.Options(pubsub=via.MemoryPubSub()))
    url = f"{serve(v).url}/_datastar.js"

    def get(accepted: str) -> tuple[str, bytes, httpx.Response]:
        with httpx.stream("GET", url, headers={"Accept-Encoding": accepted}) as response:
            raw = b"".join(response.iter_raw())
        return response.headers.get("content-encoding", ""), raw, response

    return get


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("zstd, gzip", "zstd"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("identity", ""),
        ("", ""),
    ],
)
def test_the_client_comes_in_the_encoding_that_the_browser_wants(fetch, accepted, encoding):
    given, raw, response = fetch(accepted)
    assert given == encoding
    assert (DECODERS[given](raw) if given else raw) == bundled_client()
    assert int(response.headers["content-length"]) == len(raw)
    assert response.headers["vary"] == "accept-encoding"

"""The requests of actions that are read in one step, and those that are left to a full parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from via._core.http import _requests_c, _requests_py  # type: ignore[attr-defined]

BROWSER = (
    "Host: 127.0.0.1:3000\r\nConnection: keep-alive\r\nContent-Length: 2\r\n"
    'sec-ch-ua: "Chromium";v="156"\r\nContent-Type: application/json\r\n'
    "Cookie: via_session=abc; other=1\r\nAccept-Language: en-GB,en;q=0.9\r\n"
)


def request(
    head: str = BROWSER, body: bytes = b"{}", line: str = "POST /_action/a1 HTTP/1.1"
) -> bytes:
    return f"{line}\r\n{head}\r\n".encode("latin-1") + body


def test_a_browsers_request_is_read(requests) -> None:
    assert requests.read_action(request()) == (
        "a1",
        [(b"host", b"127.0.0.1:3000"), (b"cookie", b"via_session=abc; other=1")],
        b"{}",
    )


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        ("Content-Length: 2\r\n", []),
        ("content-length:2\r\n", []),
        ("CONTENT-LENGTH: \t2 \t\r\nconnection: Keep-Alive\r\n", []),
        ("Content-Length: 0000002\r\nX-Empty:\r\nX_1: \xff\t!\r\n", []),
        ("Cookie: a=b \r\nContent-Length: 2\r\nCookies: no\r\n", [(b"cookie", b"a=b")]),
        ("Cookie:\r\nContent-Length: 2\r\n", [(b"cookie", b"")]),
        (
            "ORIGIN: http://a\r\nSec-Fetch-Site:none\r\nDatastar-Request: true\r\nhost: a\r\n"
            "Content-Length: 2\r\n",
            [
                (b"origin", b"http://a"),
                (b"sec-fetch-site", b"none"),
                (b"datastar-request", b"true"),
                (b"host", b"a"),
            ],
        ),
    ],
)
def test_fields_are_read_as_http_has_them(requests, head, headers) -> None:
    assert requests.read_action(request(head)) == ("a1", headers, b"{}")


def test_a_body_may_be_empty_and_hold_any_byte(requests) -> None:
    assert requests.read_action(request("Content-Length: 0\r\n", b"")) == ("a1", [], b"")
    body = b"\0\r\n\r\nPOST /_action/a2"
    head = f"Content-Length: {len(body)}\r\n"
    assert requests.read_action(request(head, body)) == ("a1", [], body)


@pytest.mark.parametrize(
    "line",
    [
        "GET /_action/a1 HTTP/1.1",
        "post /_action/a1 HTTP/1.1",
        "POST /_action/ HTTP/1.1",
        "POST /_action/a1?x=1 HTTP/1.1",
        "POST /_action/a%31 HTTP/1.1",
        "POST /_action/a1/b HTTP/1.1",
        "POST /_action/\xe9 HTTP/1.1",
        "POST  /_action/a1 HTTP/1.1",
        "POST /_action/a1  HTTP/1.1",
        "POST /_action/a1 HTTP/1.0",
        "POST /_action/a1 HTTP/1.1 ",
        "POST /_action/a1",
        f"POST /_action/{'a' * 65} HTTP/1.1",
        "POST http://host/_action/a1 HTTP/1.1",
    ],
)
def test_another_request_line_is_left_to_the_parser(requests, line) -> None:
    assert requests.read_action(request(line=line)) is None


@pytest.mark.parametrize(
    "head",
    [
        "",
        "Host: test\r\n",
        "Content-Length: 2\r\nContent-Length: 2\r\n",
        "Content-Length: 2, 2\r\n",
        "Content-Length: +2\r\n",
        "Content-Length: -2\r\n",
        "Content-Length: 0x2\r\n",
        "Content-Length: 2 2\r\n",
        "Content-Length:\r\n",
        "Content-Length: 00000002\r\n",
        "Content-Length : 2\r\n",
        " Content-Length: 2\r\n",
        "Content-Length\r\n",
        "Content-Length: 2\n",
        "Content-Length: 2\r",
        "Content-Length: 2\r\r\n",
        "Content-Length: 2\r\nX: a\r\n folded\r\n",
        "Content-Length: 2\r\nX: a\0b\r\n",
        "Content-Length: 2\r\nX: a\x7f\r\n",
        "Content-Length: 2\r\n: nameless\r\n",
        "Content-Length: 2\r\nna\xefve: x\r\n",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 2\r\ntransfer-encoding: identity\r\n",
        "Content-Length: 2\r\nExpect: 100-continue\r\n",
        "Content-Length: 2\r\nUpgrade: websocket\r\n",
        "Content-Length: 2\r\nConnection: close\r\n",
        "Content-Length: 2\r\nConnection: keep-alive, Upgrade\r\n",
        "Content-Length: 2\r\nCookie: a\r\nCookie: b\r\n",
        "Content-Length: 2\r\nCookie:\r\nCookie: b\r\n",
        "Content-Length: 2\r\nHost: a\r\nHost: a\r\n",
        "Content-Length: 2\r\nOrigin: a\r\nOrigin: b\r\n",
        "Content-Length: 2\r\nSec-Fetch-Site: none\r\nSec-Fetch-Site: same-origin\r\n",
        "Content-Length: 2\r\nDatastar-Request: 1\r\nDatastar-Request: 1\r\n",
    ],
)
def test_anything_unusual_is_left_to_the_parser(requests, head) -> None:
    assert requests.read_action(request(head)) is None


def test_a_part_of_a_request_and_more_than_one_are_left_to_the_parser(requests) -> None:
    whole = request()
    for size in range(len(whole)):
        assert requests.read_action(whole[:size]) is None
    assert requests.read_action(whole + b"P") is None
    assert requests.read_action(whole + whole) is None


PIECES = st.sampled_from(
    [
        b"POST /_action/a1 HTTP/1.1\r\n",
        b"Content-Length: 2\r\n",
        b"content-length:",
        b"Cookie: a=b\r\n",
        b"Connection: keep-alive\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"X: y\r\n",
        b"\r\n",
        b"{}",
        b":",
        b" ",
        b"\0",
    ]
)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=3)), max_size=9))
def test_the_twins_read_alike(pieces) -> None:
    data = b"".join(pieces)
    for tried in (data, b"POST /_action/a1 HTTP/1.1\r\n" + data + b"\r\n{}"):
        assert _requests_c.read_action(tried) == _requests_py.read_action(tried)

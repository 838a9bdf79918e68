"""Requests of actions and pages that are read in one step, and those left to a full parser."""

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


def get(line: str = "GET / HTTP/1.1", head: str = "Host: a\r\n", body: bytes = b"") -> bytes:
    return request(head, body, line)


@pytest.mark.parametrize(
    ("line", "path", "query"),
    [
        ("GET / HTTP/1.1", "/", ""),
        ("GET /? HTTP/1.1", "/", ""),
        ("GET /a-b/._~!$&'()*+,;=:@/ HTTP/1.1", "/a-b/._~!$&'()*+,;=:@/", ""),
        ('GET /a?q=%20&x=/?"{} HTTP/1.1', "/a", 'q=%20&x=/?"{}'),
    ],
)
def test_a_page_is_asked_for(requests, line, path, query) -> None:
    assert requests.read_page(get(line), 9) == (path, query, [(b"host", b"a")])


def test_what_tells_a_page_who_asks_is_kept(requests) -> None:
    head = (
        "Host: a\r\nAccept: */*\r\nCookie: b=c\r\nX-Forwarded-Proto: https\r\n"
        "X-Forwarded-Prefix: /app\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: b\r\n"
        "Content-Length: 0\r\n"
    )
    assert requests.read_page(get(head=head), 8) == (
        "/",
        "",
        [
            (b"host", b"a"),
            (b"cookie", b"b=c"),
            (b"x-forwarded-proto", b"https"),
            (b"x-forwarded-prefix", b"/app"),
            (b"x-forwarded-for", b"1.2.3.4"),
            (b"x-forwarded-host", b"b"),
        ],
    )
    assert requests.read_page(get(head=head), 7) is None


@pytest.mark.parametrize(
    "line",
    [
        "HEAD / HTTP/1.1",
        "GET  / HTTP/1.1",
        "GET / HTTP/1.0",
        "GET /_sse HTTP/1.1",
        "GET //host/ HTTP/1.1",
        "GET http://host/ HTTP/1.1",
        "GET * HTTP/1.1",
        "GET /%61 HTTP/1.1",
        "GET /\xe9 HTTP/1.1",
        'GET /" HTTP/1.1',
        "GET /a#b HTTP/1.1",
        "GET /?a#b HTTP/1.1",
        "GET /?\xe9 HTTP/1.1",
        "GET /?a b HTTP/1.1",
    ],
)
def test_another_address_is_left_to_the_parser(requests, line) -> None:
    assert requests.read_page(get(line), 9) is None


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 1\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Upgrade: websocket\r\n",
        "Connection: close\r\n",
        "Host: a\r\nHost: a\r\n",
        "X-Forwarded-Proto: http\r\nX-Forwarded-Proto: https\r\n",
        "X-Forwarded-Prefix: /a\r\nX-Forwarded-Prefix: /a\r\n",
        "X: a\r\n folded\r\n",
    ],
)
def test_an_unusual_request_for_a_page_is_left_to_the_parser(requests, head) -> None:
    assert requests.read_page(get(head=head), 9) is None


def test_a_part_of_a_pages_request_and_more_than_one_are_left_to_the_parser(requests) -> None:
    whole = get()
    for size in range(len(whole)):
        assert requests.read_page(whole[:size], 9) is None
    assert requests.read_page(whole + b"G", 9) is None
    assert requests.read_page(whole + whole, 9) is None


PIECES = st.sampled_from(
    [
        b"POST /_action/a1 HTTP/1.1\r\n",
        b"GET /",
        b"?",
        b" HTTP/1.1\r\n",
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
    for tried in (data, b"GET /" + data + b"\r\n", b"GET / HTTP/1.1\r\n" + data + b"\r\n"):
        assert _requests_c.read_page(tried, 3) == _requests_py.read_page(tried, 3)

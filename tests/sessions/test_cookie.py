"""The cookie of a session: its attributes, and what is refused or ignored."""

import pytest

from via.errors import SessionError
from via.sessions import Cookie

TOKEN = "t" * 43


def test_the_attributes_as_they_are_written() -> None:
    assert Cookie().write(TOKEN, 86_400.0, 0.0) == (
        f"session={TOKEN}; Path=/; Max-Age=86400; Expires=Fri, 02 Jan 1970 00:00:00 GMT; "
        "HttpOnly; SameSite=Lax"
    )
    other = Cookie("id", "example.org", False, "/app", False, "strict", True)
    assert other.write(TOKEN, 9.0, 0.0) == (
        f"id={TOKEN}; Path=/app; Domain=example.org; Secure; SameSite=Strict"
    )
    assert Cookie().erase() == (
        "session=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "a;b"},
        {"name": ""},
        {"name": "a\r\nSet-Cookie: x=y"},
        {"domain": "a; Secure"},
        {"domain": "a\r\nX: y"},
        {"path": "no-slash"},
        {"path": "/a;b"},
        {"path": "/\r\nX: y"},
        {"same_site": "loose"},
        {"same_site": "none"},
        {"name": "__Host-id"},
        {"name": "__Host-id", "secure": True, "path": "/a"},
        {"name": "__Secure-id"},
    ],
)
def test_a_cookie_that_browsers_would_misread_is_refused(wrong) -> None:
    with pytest.raises(SessionError, match=r"cookie\."):
        Cookie(**wrong).write(TOKEN, 1.0, 0.0)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (f"session={TOKEN}", TOKEN),
        (f"a=b; session={TOKEN}; c=d", TOKEN),
        (f" a ;session={TOKEN}", TOKEN),
        (f'session="{TOKEN}"', ""),
        (f"Session={TOKEN}", ""),
        ("session=", ""),
        ("session", ""),
        (f"session={TOKEN}x", ""),
        (f"session={'é' * 43}", ""),
        (f"x={'y' * 40_000}; session={TOKEN}", ""),
        ("", ""),
        (";;;===", ""),
    ],
)
def test_reading_never_fails(header, token) -> None:
    assert Cookie().read(header) == token

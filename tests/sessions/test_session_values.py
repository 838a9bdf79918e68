"""What a session holds: types kept, zero values for all else, refusals that name the key."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.session_backends import Backend, held, loaded, saved

from via.errors import SessionError
from via.sessions import Session, SessionHandle, SessionManager
from via.sessions.codec import decode_value, encode_value

pytestmark = pytest.mark.anyio


class Address(msgspec.Struct):
    street: str
    number: int


class User(msgspec.Struct):
    name: str
    home: Address


VALUES: dict[str, Any] = {
    "str": "äöü",
    "int": 7,
    "negative": -(2**70),
    "bool": True,
    "float": 1.5,
    "infinite": float("inf"),
    "time": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    "zoned": datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=2))),
    "naive": datetime(2026, 1, 2, 3, 4, 5),
    "bytes": b"\x00\xff",
    "list": [1, "a", [True, None]],
    "dict": {"a": {"b": [1.5]}},
    "struct": User("ada", Address("Main St", 1)),
    "structs": [Address("x", 1)],
}

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary()
    | st.datetimes().map(lambda time: time.replace(fold=0))
    | st.datetimes(timezones=st.just(UTC)).map(lambda time: time.replace(fold=0)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner),
    max_leaves=20,
)


@given(PLAIN)
async def test_every_value_comes_back_as_the_type_it_was(value) -> None:
    back = decode_value(encode_value("key", value))
    assert back == value
    assert repr(back) == repr(value)


async def test_types_survive_the_store(backend: Backend) -> None:
    token = await saved(backend.manager(), **VALUES)
    values = await loaded(backend.manager(), token)
    assert values == VALUES
    assert {key: type(value) for key, value in values.items()} == {
        key: type(value) for key, value in VALUES.items()
    }


@pytest.mark.parametrize("value", [object(), {"a": object()}, lambda: 0, {1, 2}, 1j])
async def test_a_value_that_cannot_be_kept_is_refused_by_its_key(value) -> None:
    session = await held(SessionManager())
    with pytest.raises(SessionError, match="'basket'"):
        session.set("basket", value)
    assert session.keys() == []


async def test_a_key_is_a_str() -> None:
    session = await held(SessionManager())
    with pytest.raises(TypeError, match="must be a str, not int"):
        session.set(7, "x")  # type: ignore[arg-type]


GETTERS = ["string", "int", "bool", "float64", "time", "bytes"]
ZERO = ["", 0, False, 0.0, datetime.min.replace(tzinfo=UTC), b""]


@pytest.mark.parametrize(("kind", "zero"), list(zip(GETTERS, ZERO, strict=True)))
@pytest.mark.parametrize("way", ["get", "pop"])
async def test_zero_values_where_there_is_none_or_another_type(kind, zero, way) -> None:
    session = await held(SessionManager())
    read = getattr(session, f"{way}_{kind}")
    assert (read("missing"), type(read("missing"))) == (zero, type(zero))
    session.set("other", [1])
    assert read("other") == zero
    assert session.exists("other") is (way == "get")
    assert getattr(Session(SessionHandle(None)), f"{way}_{kind}")("x") == zero


async def test_getters_and_pops() -> None:
    session = await held(SessionManager())
    for key, value in (
        ("string", "x"),
        ("int", 3),
        ("bool", True),
        ("float64", 2.5),
        ("time", datetime(2026, 1, 1, tzinfo=UTC)),
        ("bytes", b"b"),
    ):
        session.set(key, value)
        assert session.get(key) == getattr(session, f"get_{key}")(key) == value
        assert getattr(session, f"pop_{key}")(key) == value
        assert not session.exists(key)
    session.set("one", 1)
    assert (session.get_float64("one"), session.get_bool("one")) == (1.0, False)
    session.set("true", True)
    assert session.get_int("true") == 0
    session.set("copy", [1])
    session.get("copy").append(2)
    assert session.pop("copy") == [1]
    assert session.keys() == ["one", "true"]
    session.delete("one")
    session.delete("one")
    token = session.id()
    session.clear()
    assert (session.keys(), session.id()) == ([], token)


async def test_nothing_is_kept_without_a_browser() -> None:
    handle = SessionHandle(None)
    session = Session(handle)
    session.set("a", 1)
    session.clear()
    session.renew_token()
    session.destroy()
    session.delete("a")
    assert (session.get("a"), session.id(), session.keys()) == (None, "", [])
    assert handle.cookie_change() is None


async def test_a_struct_whose_class_is_gone_leaves_the_rest_readable(backend, caplog) -> None:
    token = await saved(backend.manager(), user=User("ada", Address("x", 1)), name="ada")
    session = await held(backend.manager(), token)
    with pytest.MonkeyPatch().context() as patch:
        patch.delitem(globals(), "User")
        assert session.get("user") is None
        assert session.get("user") is None
        assert session.get_string("name") == "ada"
    lines = [r for r in caplog.records if "'user' cannot be restored" in r.getMessage()]
    assert len(lines) == 1
    assert session.get("user") == User("ada", Address("x", 1))


async def test_a_struct_made_inside_a_function_is_refused() -> None:
    class Local(msgspec.Struct):
        n: int

    session = await held(SessionManager())
    with pytest.raises(SessionError, match="'local'"):
        session.set("local", Local(1))

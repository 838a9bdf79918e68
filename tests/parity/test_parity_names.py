"""Every documented name exists: the tables of the documentation, as data."""

import dataclasses
import inspect
import re
from importlib.metadata import version
from pathlib import Path

import pytest

import via
from via import h

README = (Path(__file__).parents[2] / "README.md").read_text()

APP = """new V Options LogLevelDebug LogLevelInfo LogLevelWarn LogLevelError RateLimitConfig"""
V = """config page group use layout append_to_head append_to_foot static static_fs http_serve_mux
start shutdown pubsub nats_conn jetstream"""
GROUP = """page use group"""
OPTIONS = """dev_mode server_address log_level logger document_title plugins session_manager
datastar_content datastar_path pubsub streams context_ttl action_rate_limit"""
PUBSUB = """PubSub Subscription publish subscribe StreamConfig ensure_stream replay_history"""
STREAM_CONFIG = """name subjects max_msgs max_age"""
SESSIONS = """new_sqlite_session_manager SessionManager"""
MANAGER = """lifetime idle_timeout cookie"""
COOKIE = """name domain http_only path persist same_site secure"""
SESSION = """get get_string get_int get_bool get_float64 get_time get_bytes
pop pop_string pop_int pop_bool pop_float64 pop_time pop_bytes
set delete clear destroy renew_token exists keys id"""
CONTEXT = """view signal computed action sync sync_signals sync_elements exec_script component field
validate_all reset_fields on_interval get_path_param redirect redirectf redirect_view replace_url
replace_urlf navigate session publish subscribe"""
SIGNAL = """id err bind text set_value string bool int int64 float bytes"""
COMPUTED = """id text string int bool"""
FIELD = SIGNAL + """ validate has_error first_error errors add_error clear_errors reset"""
ACTION = """on_click on_dbl_click on_change on_input on_submit on_key_down on_focus on_blur
on_mouse_enter on_mouse_leave on_scroll"""
HELPERS = """Context with_rate_limit with_middleware with_signal with_signal_int with_window
with_prevent_default on_key_down_map key_bind KeyBinding required min_len max_len min max email
pattern custom ViaError"""
ELEMENTS = """HTML Head Body Base Link Meta Script NoScript Template StyleEl Title
H1 H2 H3 H4 H5 H6 HGroup Header Footer Main Nav Section Article Aside Address Search
Div P Pre BlockQuote Hr Ol Ul Li Dl Dt Dd Figure FigCaption Menu
A Abbr B Bdi Bdo Br Cite Code DataEl Dfn Em I Kbd Mark Q Rp Rt Ruby S Samp Small Span Strong Sub
Sup Time U Var Wbr Del Ins
Audio Video Source Track Img Picture Map Area IFrame Embed Object Canvas Math SVG
Table Caption ColGroup Col TBody THead TFoot Tr Td Th
Form FieldSet Legend Label Input Button Select DataList OptGroup Option Textarea Output Progress
Meter Details Summary Dialog SlotEl"""
ATTRIBUTES = """ID Class Href Src Type Value Placeholder Rel Role"""
MORE_H = """H Text Textf Raw Rawf Attr If Data Style StyleEl Title HTML5 HTML5Props JoinAttrs
DataInit DataEffect DataIgnoreMorph DataViewTransition"""
HTML5_PROPS = """title description language head body html_attrs"""

TABLES = {
    "via: the app": (via, APP),
    "V": (via.V, V),
    "Group": (via.Group, GROUP),
    "via: pub/sub": (via, PUBSUB),
    "via: sessions": (via, SESSIONS),
    "SessionManager": (via.SessionManager, MANAGER),
    "Session": (via.Session, SESSION),
    "Context": (via.Context, CONTEXT),
    "Signal": (via.Signal, SIGNAL),
    "Computed": (via.Computed, COMPUTED),
    "Field": (via.Field, FIELD),
    "Action": (via.Action, ACTION),
    "via: helpers": (via, HELPERS),
    "h: elements": (h, ELEMENTS),
    "h: attributes": (h, ATTRIBUTES),
    "h: the rest": (h, MORE_H),
}
ROWS = [(table, name) for table, (_, names) in TABLES.items() for name in names.split()]


@pytest.mark.parametrize(("table", "name"), ROWS)
def test_a_documented_name_exists(table, name):
    owner = TABLES[table][0]
    assert hasattr(owner, name), f"{table} has lost {name}"
    if inspect.ismodule(owner):
        assert name in owner.__all__, f"{name} is not a public name of {owner.__name__} any more"


@pytest.mark.parametrize(
    ("cls", "names"),
    [
        (via.Options, OPTIONS),
        (via.StreamConfig, STREAM_CONFIG),
        (via.Cookie, COOKIE),
        (h.HTML5Props, HTML5_PROPS),
        (via.RateLimitConfig, "rate burst"),
    ],
)
def test_a_documented_field_exists(cls, names):
    fields = {field.name for field in dataclasses.fields(cls)}
    assert set(names.split()) <= fields


ADDITIONS = {
    "Context": {
        "id": "`c.id()`",
        "title": "`c.title(text)`",
        "sync_component": "`sync_component`",
        "shared": "`c.shared(key, fn)`",
        "query": "`c.query(name)`",
        "query_all": "`c.query_all(name)`",
    },
    "Action": {"call": "`action.call()`"},
    "Signal": {"value": "A signal's `value`"},
    "Field": {"value": "A signal's `value`"},
    "Session": {
        "user": "`set_user(user)`",
        "set_user": "`set_user(user)`",
        "end_all": "`end_all()`",
    },
}
"""Public names beyond the documented ones, and the words of the README that document them."""


@pytest.mark.parametrize(
    "cls",
    [via.V, via.Group, via.Context, via.Action, via.Session, via.Signal, via.Computed, via.Field],
)
def test_a_class_shows_the_documented_names_and_no_others(cls):
    additions = ADDITIONS.get(cls.__name__, {})
    shown = {name for name in dir(cls) if not name.startswith("_")}
    assert shown == set(TABLES[cls.__name__][1].split()) | additions.keys()
    assert all(words in README for words in additions.values())


@pytest.mark.parametrize("name", dir(via.V) + dir(via.Context) + dir(via.Session))
def test_public_methods_are_documented(name):
    owner = next(one for one in (via.V, via.Context, via.Session) if hasattr(one, name))
    if not name.startswith("_"):
        assert inspect.getdoc(getattr(owner, name)), f"{owner.__name__}.{name} has no docstring"


def test_the_version_is_that_of_the_package():
    assert via.__version__ == version("via-web")


@pytest.mark.parametrize("name", via.__all__)
def test_every_public_name_is_there(name):
    assert hasattr(via, name)


def test_every_error_is_a_via_error():
    for name in ("ConfigError", "PageError", "PubSubError", "SessionError", "SignalError"):
        assert issubclass(getattr(via, name), via.ViaError), name


def test_log_levels_are_those_of_logging():
    levels = (via.LogLevelDebug, via.LogLevelInfo, via.LogLevelWarn, via.LogLevelError)
    assert levels == (10, 20, 30, 40)


@pytest.mark.parametrize("cls", [via.Options, via.Limits, via.StreamConfig, via.Cookie])
def test_help_speaks_of_every_field(cls):
    told = re.findall(r"^\* `(\w+)`: \S", inspect.getdoc(cls), re.MULTILINE)
    assert told == [field.name for field in dataclasses.fields(cls) if field.init]

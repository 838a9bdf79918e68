"""A chat: rooms as tabs, the last messages on entry, live messages for everybody."""

from collections import deque
from datetime import UTC, datetime
from importlib.resources import files
from random import choice

import msgspec

import via
from via import h

ROOMS = ("general", "python", "music")
HISTORY = 50
MAX_LENGTH = 500

v = via.new()
v.config(
    via.Options(
        document_title="via chat",
        streams=[via.StreamConfig(name="CHAT", subjects=["chat.>"], max_msgs=10_000)],
    )
)
v.append_to_head(h.StyleEl(h.Raw(files("via.examples").joinpath("chat.css").read_text())))


class Message(msgspec.Struct):
    author: str
    text: str
    sent: datetime


@v.page("/")
def lobby(c: via.Context) -> None:
    c.redirect(f"/{ROOMS[0]}")


@v.page("/{room}")
def room(c: via.Context) -> None:
    room = c.get_path_param("room")
    if room not in ROOMS:
        c.redirect("/")
        return
    subject = f"chat.{room}"
    name = c.signal(f"{choice(ADJECTIVES)} {choice(ANIMALS)}")
    text = c.signal("")
    messages: deque[Message] = deque(maxlen=4 * HISTORY)

    @c.action
    def send() -> None:
        author, line = name.string().strip()[:40], text.string().strip()[:MAX_LENGTH]
        if author and line:
            via.publish(c, subject, Message(author, line, datetime.now(UTC)))
        text.set_value("")
        c.sync_signals()

    def receive(message: Message) -> None:
        messages.append(message)
        c.sync()

    messages.extend(via.replay_and_follow[Message](c, subject, HISTORY, receive))

    @c.view
    def view() -> h.H:
        return h.Div(
            h.Class("chat"),
            h.Header(
                h.H1(h.Text("via chat")),
                h.Nav(
                    h.Aria("label", "Rooms"), [room_tab(other, other == room) for other in ROOMS]
                ),
            ),
            h.Main(
                h.Class("scroller"),
                h.Ol(
                    h.ID("messages"),
                    h.Aria("live", "polite"),
                    [line(message) for message in messages],
                    h.If(not messages, h.Li(h.Class("empty"), h.Text("Nobody has said a word."))),
                ),
            ),
            h.Form(
                send.on_submit(),
                h.Label(
                    h.Span(h.Text("Your name")),
                    h.Input(h.ID("name"), h.MaxLength("40"), name.bind()),
                ),
                h.Label(
                    h.Span(h.Text("Message")),
                    h.Input(
                        h.ID("text"),
                        h.MaxLength(str(MAX_LENGTH)),
                        h.Placeholder(f"Message #{room}"),
                        h.AutoComplete("off"),
                        h.AutoFocus(),
                        text.bind(),
                    ),
                ),
                h.Button(h.Type("submit"), h.Text("Send")),
            ),
        )


def room_tab(room: str, current: bool) -> h.H:
    return h.A(
        h.Href(f"/{room}"),
        h.If(current, h.Aria("current", "page")),
        h.Text(f"#{room}"),
    )


def line(message: Message) -> h.H:
    hue = sum(map(ord, message.author)) * 47 % 360
    return h.Li(
        h.Span(h.Class("avatar"), h.Style(f"--hue:{hue}"), h.Text(message.author[:1].upper())),
        h.Div(
            h.Strong(h.Text(message.author)),
            h.Time(
                h.DateTime(message.sent.isoformat(timespec="seconds")),
                h.Text(message.sent.strftime("%H:%M")),
            ),
            h.P(h.Text(message.text)),
        ),
    )


ADJECTIVES = ("Amber", "Brave", "Calm", "Eager", "Gentle", "Merry", "Quick", "Quiet", "Sunny")
ANIMALS = ("Badger", "Crane", "Dolphin", "Finch", "Hare", "Lynx", "Otter", "Robin", "Seal")


if __name__ == "__main__":
    v.start()

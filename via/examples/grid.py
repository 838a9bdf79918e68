"""A game for the keyboard: the arrow keys move a fox over a grid, Enter begins anew."""

from random import sample

import via
from via import h
from via.examples._look import STYLE

SIZE = 8
STARS = 6
KEYS = {
    "ArrowUp": ("up", "↑"),
    "ArrowLeft": ("left", "←"),
    "ArrowDown": ("down", "↓"),
    "ArrowRight": ("right", "→"),
}
STEPS = {"up": (0, -1), "left": (-1, 0), "down": (0, 1), "right": (1, 0)}
SQUARES = [(x, y) for y in range(SIZE) for x in range(SIZE)]
START = (0, 0)

v = via.new()
v.config(
    via.Options(
        document_title="Fox and stars",
        action_rate_limit=via.RateLimitConfig(rate=40, burst=40),  # a key that is held repeats
    )
)
v.append_to_head(
    STYLE,
    h.StyleEl(
        h.Raw(f"""
        .grid {{ display: grid; grid-template-columns: repeat({SIZE}, 1fr); gap: 3px;
          margin-block: 1rem; }}
        .grid span {{ display: grid; place-items: center; aspect-ratio: 1; border-radius: 0.3rem;
          background: var(--ground); }}
        .fox::after {{ content: ""; width: 70%; aspect-ratio: 1; background: #e8742c;
          clip-path: polygon(0 0, 30% 25%, 70% 25%, 100% 0, 100% 50%, 50% 100%, 0 50%); }}
        .star::after {{ content: ""; width: 70%; aspect-ratio: 1; background: #e5b93c;
          clip-path: polygon(50% 0, 62% 36%, 100% 36%, 69% 58%, 81% 95%, 50% 72%, 19% 95%,
          31% 58%, 0 36%, 38% 36%); }}
        .row button {{ flex: 1; }}
        .row :last-child {{ flex-basis: 100%; }}
        """)
    ),
)


def square(at: tuple[int, int], fox: tuple[int, int], stars: set[tuple[int, int]]) -> h.H:
    return h.Span(h.Class("fox" if at == fox else "star" if at in stars else ""))


@v.page("/")
def grid(c: via.Context) -> None:
    direction = c.signal("")
    fox = START
    stars = set(sample(SQUARES[1:], STARS))

    @c.action
    def move() -> None:
        nonlocal fox
        if direction.string() not in STEPS:
            return
        dx, dy = STEPS[direction.string()]
        square = (fox[0] + dx, fox[1] + dy)
        if square in SQUARES:
            fox = square
            stars.discard(fox)
        c.sync()

    @c.action
    def restart() -> None:
        nonlocal fox
        fox = START
        stars.update(sample(SQUARES[1:], STARS - len(stars)))
        c.sync()

    arrows = via.on_key_down_map(
        *(
            via.key_bind(key, move, via.with_signal(direction, name), via.with_prevent_default())
            for key, (name, _) in KEYS.items()
        )
    )

    @c.view
    def view() -> h.H:
        return h.Main(
            arrows,
            h.H1(h.Text("Fox and stars")),
            h.P(
                h.ID("left"),
                h.Class("quiet"),
                h.Role("status"),
                h.Text(f"{len(stars)} stars to go" if stars else "All stars found!"),
            ),
            h.Div(h.Class("grid"), [square(one, fox, stars) for one in SQUARES]),
            h.Div(
                h.Class("row"),
                [
                    h.Button(
                        h.Class("plain"),
                        h.Aria("label", name),
                        move.on_click(via.with_signal(direction, name)),
                        h.Text(arrow),
                    )
                    for name, arrow in KEYS.values()
                ],
                h.Button(
                    restart.on_click(),
                    restart.on_key_down("Enter", via.with_window(), via.with_prevent_default()),
                    h.Text("New game"),
                ),
            ),
        )


if __name__ == "__main__":
    v.start()

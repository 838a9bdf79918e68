"""A poll: its bars are a shared part, rendered once for everybody who looks on."""

from collections import Counter
from secrets import token_hex

import via
from via import h
from via.examples._look import STYLE

DISHES = ["Soup", "Curry", "Salad", "Pizza"]

v = via.new()
v.config(via.Options(document_title="Poll"))
v.append_to_head(STYLE)


def lunch(c: via.SharedContext) -> None:
    votes: dict[str, str] = {}  # by visitor, so that each has one

    def vote_for(dish: str) -> via.Action:
        @c.action
        def vote(caller: via.Context) -> None:
            session = caller.session()
            voter = session.get_string("voter") or token_hex(8)
            session.set("voter", voter)
            votes[voter] = dish
            c.sync()

        return vote

    actions = {dish: vote_for(dish) for dish in DISHES}

    def bar(dish: str, count: int) -> h.H:
        share = 100 * count // max(1, len(votes))
        return h.Li(
            h.ID(dish.lower()),
            h.Button(h.Text(dish), actions[dish].on_click()),
            h.Progress(h.Max("100"), h.Value(str(share)), h.Aria("label", f"{dish}: {share} %")),
            h.Output(h.Text(str(count))),
        )

    @c.view
    def view() -> h.H:
        counts = Counter(votes.values())
        return h.Section(
            h.Ul(h.Class("poll"), [bar(dish, counts[dish]) for dish in DISHES]),
            h.P(h.Class("quiet"), h.Textf("Votes: %d", len(votes))),
        )


@v.page("/")
def poll(c: via.Context) -> None:
    bars = c.shared("lunch", lunch)
    c.view(lambda: h.Main(h.H1("What is for lunch?"), bars()))


if __name__ == "__main__":
    v.start()

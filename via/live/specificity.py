"""The order in which routes are tried: the most specific first, whatever the order of their
registration."""

from starlette.routing import BaseRoute, Mount


def specificity(route: BaseRoute) -> tuple[tuple[int, ...], bool]:
    """A sort key: literal segments before parameters, those before whole rests of a path."""
    path: str = getattr(route, "path", "")
    kinds = [
        2 if ":path}" in segment else 1 if "{" in segment else 0
        for segment in path.strip("/").split("/")
    ]
    if isinstance(route, Mount):
        kinds.append(2)
    return tuple(kinds), isinstance(route, Mount)

"""The documented `%` format."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

_VERB: Final = re.compile(r"%([-+# 0]*)(\d+|\*)?(\.(?:\d+|\*)?)?(.?)", re.DOTALL)
_REAL: Final = "feEgGF"
_WHOLE: Final = "dxXobcU"


def sprintf(format: str, args: Sequence[object]) -> str:
    """Fill a format; see `Textf` for its verbs and errors."""
    values = iter(args)
    taken = 0

    def take() -> Any:
        nonlocal taken
        taken += 1
        try:
            return next(values)
        except StopIteration:
            raise ValueError(f"the format {format!r} takes more than {len(args)} values") from None

    def size() -> int:
        value = take()
        if not isinstance(value, int):
            raise TypeError(f"the format {format!r}: * takes an int, not {value!r}")
        return value

    def fill(match: re.Match[str]) -> str:
        flags, width, precision, verb = match.groups()
        if verb == "%":
            return "%"
        if verb not in "svdfeEgGFtqxXobcUT" or not verb:
            raise ValueError(f"the format {format!r} has an unknown verb {match.group()!r}")
        columns = size() if width == "*" else int(width or 0)
        if columns < 0:
            flags, columns = flags + "-", -columns
        digits = None
        if precision is not None:
            digits = size() if precision == ".*" else int(precision[1:] or 0)
        value = take()
        try:
            text = _written(verb, flags, digits, value)
        except (TypeError, ValueError, OverflowError):
            raise TypeError(
                f"the format {format!r}: value {taken}, {value!r}, does not fit {match.group()!r}"
            ) from None
        return _padded(text, flags, columns, verb)

    text = _VERB.sub(fill, format)
    if taken < len(args):
        raise ValueError(f"the format {format!r} takes {taken} values, not {len(args)}")
    return text


def _written(verb: str, flags: str, digits: int | None, value: Any) -> str:
    if verb == "T":
        return type(value).__name__
    if verb == "t":
        if not isinstance(value, bool):
            raise TypeError
        return str(value).lower()
    if verb == "v":
        return _plain(value)
    if verb == "s" or (verb in "xX" and isinstance(value, str | bytes)):
        if verb == "s":
            return _plain(value)[:digits]
        data = value.encode(errors="replace") if isinstance(value, str) else value
        return data.hex() if verb == "x" else data.hex().upper()
    if verb == "q":
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, bool):
        raise TypeError
    signs: str = "".join(sign for sign in "+ #" if sign in flags)
    if verb in _REAL:
        if digits is None and verb in "gG":
            text = repr(float(value)).removesuffix(".0")
            text = "+" + text if "+" in flags and value >= 0 else text
            return text.upper() if verb == "G" else text
        return str(f"%{signs}{'' if digits is None else f'.{digits}'}{verb}" % value)
    if not isinstance(value, int):
        raise TypeError
    if verb == "c":
        return chr(value)
    if verb == "U":
        return f"U+{value:04X}"
    if verb == "b":
        return f"{value:{'+' if '+' in flags else ''}b}"
    return str(f"%{signs}{'' if digits is None else f'.{digits}'}{verb}" % value)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _padded(text: str, flags: str, columns: int, verb: str) -> str:
    if "-" in flags:
        return text.ljust(columns)
    if "0" in flags and verb in _REAL + _WHOLE:
        sign = text[0] if text[:1] in ("+", "-", " ") else ""
        return sign + text[len(sign) :].rjust(columns - len(sign), "0")
    return text.rjust(columns)

"""Lets any JavaScript stand inside of a script element."""

from __future__ import annotations

import json
import re
from typing import Final

# What ends a script element, or makes the parser read on past its end tag.
_UNSAFE: Final = re.compile(r"</script|<!--", re.IGNORECASE)


def guard_script(script: str, nonce: str = "") -> str:
    """A script that does what `script` does and that no HTML parser ends early.

    Whether `<!--` stands in a string, a regular expression or a comparison only a JavaScript
    parser could tell; so a script with such text is carried in a string and inserted from there.
    """
    if _UNSAFE.search(script) is None:
        return script
    text = json.dumps(script).replace("<", "\\u003c")
    token = json.dumps(nonce).replace("<", "\\u003c")
    return (
        f"(s=>{{s.nonce={token};s.textContent={text};document.head.append(s);s.remove()}})"
        '(document.createElement("script"))'
    )

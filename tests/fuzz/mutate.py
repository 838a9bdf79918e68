"""New inputs from old ones."""

from __future__ import annotations

import random

TOKENS = [
    *(bytes([byte]) for byte in b'\r\n\0 :;,=./*>$_"\\{}[]()<%\xff\xed\xc1'),
    *(b"\r\n\r\n", b"\r\n", b"Host: x\r\n", b"Content-Length: 5\r\n", b"0\r\n\r\n", b"HTTP/1.1"),
    *(b"A: b\r\n", b"true", b"null", b"1e999", b"-0", b"\\u0000", b"\\ud800", b"9" * 30),
    *(b"[" * 40, b"{" * 3, b'{"a":', b"via=", b"session=", b"_INBOX", b"::1", b"\xe2\x80\xa8"),
]


def mutated(pool: list[bytes], chance: random.Random) -> bytes:
    """One of the inputs, changed in one to five places."""
    data = bytearray(chance.choice(pool))
    for _ in range(chance.randint(1, 5)):
        at = chance.randint(0, len(data))
        end = min(len(data), at + chance.choice([1, 1, 2, 4, 16, 64]))
        match chance.randrange(7):
            case 0:
                del data[at:end]
            case 1:
                data[at:at] = chance.choice(TOKENS)
            case 2:
                data[at:end] = chance.choice(TOKENS)
            case 3 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 4:
                data[at:at] = data[at:end] * chance.choice([1, 2, 20])
            case 5:
                other = chance.choice(pool)
                data[at:] = other[chance.randint(0, len(other)) :]
            case _:
                data[at:at] = chance.randbytes(chance.randint(1, 8))
    return bytes(data[:4000])

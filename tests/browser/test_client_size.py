"""What every visitor loads is small."""

import brotli
from support.client_desk import BUNDLE


def test_the_client_is_at_most_20_kb_on_the_wire():
    assert len(brotli.compress(BUNDLE.read_bytes(), quality=11)) <= 20 * 1024

"""The ways to log in to an existing NATS: tokens, certificates and credentials files."""

import asyncio
import base64
import json
import logging
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import nkeys
import pytest
from nkeys import encode_seed
from support.nats_cluster import free_ports
from support.server import wait_until

import via
from via.pubsub import NATSBackend
from via.pubsub.nats.embedded_server import _executable

LOGGER = logging.getLogger("via.tests")


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[Callable[[str], int]]:
    """Start a server with more configuration; gives its port."""
    servers = []

    def start(more: str) -> int:
        (port,) = free_ports(1)
        config = tmp_path / "nats.conf"
        config.write_text(f'listen: "127.0.0.1:{port}"\nports_file_dir: "{tmp_path}"\n{more}\n')
        log = str(tmp_path / "log")
        servers.append(subprocess.Popen([_executable(), "-c", config, "-l", log]))
        wait_until(lambda: list(tmp_path.glob("*.ports")), "nats-server to listen")
        return port

    yield start
    for server in servers:
        server.terminate()
        server.wait(10)


def messages_flow(**options) -> bool:
    """Whether a message goes there and back."""
    url = options.pop("url")

    async def scenario() -> bool:
        backend = NATSBackend(url, logger=LOGGER, **options)
        await backend.connect()
        heard = asyncio.get_running_loop().create_future()
        await backend.subscribe("a", heard.set_result)
        await backend.publish("a", b"x")
        async with asyncio.timeout(10):
            data = await heard
        await backend.close()
        return bool(data == b"x")

    return asyncio.run(scenario())


def test_a_token_in_the_url(nats_server) -> None:
    port = nats_server("authorization { token: secret }")
    assert messages_flow(url=f"nats://secret@127.0.0.1:{port}")


def test_the_first_url_may_be_dead(nats_server) -> None:
    port = nats_server("authorization { user: ann, password: secret }")
    (dead,) = free_ports(1)
    assert messages_flow(
        url=[f"nats://ann:secret@127.0.0.1:{dead}", f"nats://ann:secret@127.0.0.1:{port}"]
    )


def test_tls_with_a_private_certificate(nats_server, tmp_path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", key, "-out", certificate, "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    port = nats_server(f'tls {{ cert_file: "{certificate}", key_file: "{key}" }}')
    trusting = ssl.create_default_context(cafile=certificate)
    assert messages_flow(url=f"tls://127.0.0.1:{port}", tls=trusting)


# Credentials: an operator vouches for an account, and the account for a user.


def key_pair(prefix: int, seed: str) -> nkeys.KeyPair:
    return nkeys.from_seed(encode_seed(sha256(seed.encode()).digest(), prefix))


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def vouch(issuer: nkeys.KeyPair, subject: nkeys.KeyPair, name: str, claims: dict) -> str:
    head = encoded(json.dumps({"typ": "JWT", "alg": "ed25519-nkey"}).encode())
    body = {
        "jti": name,
        "iat": int(time.time()),
        "iss": issuer.public_key.decode(),
        "sub": subject.public_key.decode(),
        "name": name,
        "nats": {"version": 2, **claims},
    }
    signed = f"{head}.{encoded(json.dumps(body).encode())}"
    return f"{signed}.{encoded(issuer.sign(signed.encode()))}"


def test_a_credentials_file(nats_server, tmp_path, monkeypatch) -> None:
    operator = key_pair(nkeys.PREFIX_BYTE_OPERATOR, "operator")
    account = key_pair(nkeys.PREFIX_BYTE_ACCOUNT, "account")
    user = key_pair(nkeys.PREFIX_BYTE_USER, "user")
    unlimited = {"subs": -1, "data": -1, "payload": -1}
    operator_jwt = vouch(operator, operator, "operator", {"type": "operator"})
    account_jwt = vouch(
        operator,
        account,
        "account",
        {
            "type": "account",
            "limits": {**unlimited, "imports": -1, "exports": -1, "conn": -1, "leaf": -1},
        },
    )
    user_jwt = vouch(account, user, "user", {"type": "user", **unlimited})
    credentials = tmp_path / "user.creds"
    credentials.write_text(
        f"-----BEGIN NATS USER JWT-----\n{user_jwt}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{user.seed.decode()}\n------END USER NKEY SEED------\n"
    )
    port = nats_server(
        f"operator: {operator_jwt}\nresolver: MEMORY\n"
        f"resolver_preload: {{ {account.public_key.decode()}: {account_jwt} }}"
    )
    assert messages_flow(url=f"nats://127.0.0.1:{port}", credentials=credentials)
    monkeypatch.setattr("via.pubsub.nats.backend.CONNECT_TIMEOUT", 1.0)
    with pytest.raises(via.PubSubError, match="no connection to NATS"):
        messages_flow(url=f"nats://127.0.0.1:{port}")

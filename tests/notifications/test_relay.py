"""How the mail server is named, and how the password stays out of sight."""

import asyncio
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, Envelope, Session
from scripted_server import CONTENT, RECIPIENT, SENDER, Faults, Server, nothing, server_with

from notifications.smtp import Accepted, Deferred, Outcome, Postman, Relay


def test_a_wrong_password_makes_letters_wait_and_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    faults = Faults()

    async def run(password: str) -> Outcome:
        def check(
            _server: Server, _session: Session, _envelope: Envelope, _method: str, data: Any
        ) -> AuthResult:
            return AuthResult(success=data.password == "m@t:khẩu".encode(), handled=False)

        options = {"authenticator": check, "auth_require_tls": False}
        async with server_with(faults, **options) as plain:
            relay = Relay.parse(f"smtp://van%40phong:{password}@127.0.0.1:{plain.port}")
            async with Postman(relay) as postman:
                return await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=nothing)

    with caplog.at_level("DEBUG", logger="aiosmtplib"):
        refused = asyncio.run(run("wrong-s3cret"))
    assert isinstance(refused, Deferred)
    assert (refused.code, refused.everyone) == (535, True)
    assert "wrong-s3cret" not in repr(refused) + "".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("aiosmtplib", "notifications"))
    )
    assert isinstance(asyncio.run(run("m%40t%3Akh%E1%BA%A9u")), Accepted)


def test_starttls_is_never_silently_skipped() -> None:
    faults = Faults()

    async def run() -> Outcome:
        async with server_with(faults) as plain:
            relay = Relay.parse(f"smtp+starttls://u:s3cret@127.0.0.1:{plain.port}")
            async with Postman(relay) as postman:
                return await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=nothing)

    outcome = asyncio.run(run())
    assert isinstance(outcome, Deferred)
    assert outcome.everyone
    assert faults.said == ["EHLO"]


def test_relay_addresses() -> None:
    assert Relay.parse("smtp://localhost") == Relay("localhost", 25, tls=False, starttls=False)
    assert Relay.parse("smtps://mail.vn") == Relay("mail.vn", 465, tls=True, starttls=False)
    relay = Relay.parse("smtp+starttls://u%40x:p%2Fw%3A@mail.vn:2525")
    assert (relay.username, relay.password, relay.port, relay.starttls) == ("u@x", "p/w:", 2525, True)
    assert Relay.parse("smtp://[::1]:1025").host == "::1"
    assert "p/w" not in repr(relay)
    assert "p/w" not in str(vars(Postman(relay)))


@pytest.mark.parametrize(
    "url",
    [
        "", "mail.vn", "http://u:s3cret@mail.vn", "smtp://", "smtp://u:s3/cret@mail.vn", "smtp://u:s3cret@mail.vn:x25",
        "smtps://u:s3cret@mail.vn:99999", "smtps://u:s3cret@mail.vn/path", "smtps://u:s3#cret@mail.vn",
        "smtps://u:s3cret@mail.vn?x=1", "smtp://u:s3cret@mail.vn:25", "smtp://mail.s3.vn",
        "smtps://u:s3cret@[mail.vn",
    ],
)  # fmt: skip
def test_bad_relay_addresses_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(ValueError, match=r"smtp\+starttls://") as refusal:
        Relay.parse(url)
    assert "s3" not in str(refusal.value)
    assert refusal.value.__cause__ is None

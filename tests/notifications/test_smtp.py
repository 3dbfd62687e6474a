"""What becomes of a letter, whatever the server does."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable

import pytest
from scripted_server import CONTENT, RECIPIENT, SENDER, Faults, Server, nothing, server_with

from notifications import smtp
from notifications.smtp import Accepted, Deferred, Outcome, Postman, Rejected, Relay, Uncertain


def deliver_one(faults: Faults, before_data: Callable[[], Awaitable[None]] = nothing) -> Outcome:
    async def run() -> Outcome:
        async with (
            server_with(faults) as relay,
            Postman(relay, command_timeout=0.3, data_timeout=0.3) as postman,
        ):
            return await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=before_data)

    return asyncio.run(run())


def test_accepted_after_the_caller_was_told() -> None:
    faults = Faults()
    told: list[list[str]] = []

    async def before_data() -> None:
        told.append(list(faults.said))

    assert deliver_one(faults, before_data) == Accepted("250 queued as 42")
    assert told == [["EHLO", "MAIL", "RCPT"]]
    assert faults.letters == [CONTENT]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("450 busy", Deferred(450, "busy")),
        ("452 full", Deferred(452, "full")),
        ("421 closing", Deferred(421, "closing", everyone=True)),
        ("550 no such user", Rejected(550, "no such user")),
        ("552 too big", Rejected(552, "too big")),
        ("530 log in first", Deferred(530, "log in first", everyone=True, ours=True)),
    ],
)
def test_refusals(command: str, reply: str, outcome: Outcome) -> None:
    if (command, outcome) == ("MAIL", Rejected(550, "no such user")):
        outcome = Deferred(550, "no such user", ours=True)  # of the sender: it says nothing of the reader
    assert deliver_one(Faults(**{command: reply})) == outcome


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT"])
@pytest.mark.parametrize("fault", ["drop", "hang"])
def test_a_connection_lost_before_data_is_safe_to_repeat(command: str, fault: str) -> None:
    told: list[bool] = []

    async def before_data() -> None:
        told.append(True)

    outcome = deliver_one(Faults(**{command: fault}), before_data)
    assert isinstance(outcome, Deferred)
    assert (outcome.code, outcome.everyone) == (0, True)
    assert not told


@pytest.mark.parametrize("fault", ["drop", "hang"])
def test_a_connection_lost_after_data_is_uncertain(fault: str) -> None:
    assert isinstance(deliver_one(Faults(DATA=fault)), Uncertain)


def test_a_connection_lost_while_the_caller_records_is_safe_to_repeat() -> None:
    async def run() -> Outcome:
        servers: list[Server] = []

        class Remembering(Faults):
            async def answer(self, server: Server, command: str) -> str | None:
                servers.append(server)
                return await super().answer(server, command)

        async def before_data() -> None:
            servers[-1].transport.abort()
            await asyncio.sleep(0.05)

        async with server_with(Remembering()) as relay, Postman(relay) as postman:
            return await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=before_data)

    assert asyncio.run(run()) == Deferred(0, "connection lost before DATA", everyone=True)


def test_no_server_at_all() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        relay = Relay.parse(f"smtp://127.0.0.1:{unused.getsockname()[1]}")

        async def run() -> Outcome:
            async with Postman(relay) as postman:
                return await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=nothing)

        outcome = asyncio.run(run())
    assert isinstance(outcome, Deferred)
    assert (outcome.code, outcome.everyone) == (0, True)


def test_a_server_that_greets_nobody_does_not_condemn_the_letter() -> None:
    outcome = deliver_one(Faults(EHLO="554 go away", HELO="554 go away"))
    assert outcome == Deferred(554, "go away", everyone=True, ours=True)


def test_a_server_whose_greeting_is_a_refusal_does_not_condemn_the_letter() -> None:
    async def run() -> Outcome:
        async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"554 5.7.1 not from your address\r\n")
            writer.close()

        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        async with server, Postman(Relay("127.0.0.1", server.sockets[0].getsockname()[1], False, False)) as p:
            return await p.deliver(SENDER, RECIPIENT, CONTENT, before_data=nothing)

    assert asyncio.run(run()) == Deferred(554, "5.7.1 not from your address", everyone=True, ours=True)


def test_an_old_server_that_knows_helo_only() -> None:
    assert isinstance(deliver_one(Faults(EHLO="502 what?")), Accepted)


def test_a_caller_that_refuses_sends_nothing_and_the_next_letter_goes() -> None:
    faults = Faults()

    async def refuse() -> None:
        raise LookupError("lease lost")

    async def run() -> Outcome:
        async with server_with(faults) as relay, Postman(relay) as postman:
            with pytest.raises(LookupError):
                await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=refuse)
            assert faults.letters == []
            return await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=nothing)

    assert isinstance(asyncio.run(run()), Accepted)
    assert faults.letters == [CONTENT]


@pytest.mark.parametrize("address", ["a b@c.vn", "a@b.vn>\r\nDATA", "phượng@b.vn", ""])
def test_a_malformed_address_never_reaches_the_server(address: str) -> None:
    faults = Faults()

    async def run() -> list[Outcome]:
        async with server_with(faults) as relay, Postman(relay) as postman:
            return [
                await postman.deliver(SENDER, address, CONTENT, before_data=nothing),
                await postman.deliver(address, RECIPIENT, CONTENT, before_data=nothing),
            ]

    for outcome in asyncio.run(run()):
        assert isinstance(outcome, Rejected)
        assert outcome.code == 553
    assert faults.connections == 0


def test_line_ends_are_made_whole_and_a_hidden_end_of_data_stays_inside() -> None:
    faults = Faults()
    hostile = b"Subject: x\n\nbare lf\nbare cr\r.\r\n.\nMAIL FROM:<x@y.vn>\n\r.\r\nend"

    async def run() -> Outcome:
        async with server_with(faults) as relay, Postman(relay) as postman:
            return await postman.deliver(SENDER, RECIPIENT, hostile, before_data=nothing)

    assert isinstance(asyncio.run(run()), Accepted)
    (letter,) = faults.letters
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", letter)
    assert letter.endswith(b"end\r\n")
    assert faults.said.count("MAIL") == 1


def test_one_connection_serves_a_hundred_letters_and_then_a_fresh_one() -> None:
    faults = Faults()

    async def run() -> set[type[Outcome]]:
        async with server_with(faults) as relay, Postman(relay) as postman:
            return {
                type(await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=nothing))
                for _ in range(101)
            }

    assert asyncio.run(run()) == {Accepted}
    assert (faults.connections, len(faults.letters)) == (2, 101)


def test_a_refused_letter_does_not_cost_the_connection() -> None:
    faults = Faults(RCPT="550 no such user")

    async def run() -> list[Outcome]:
        async with server_with(faults) as relay, Postman(relay) as postman:
            first = await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=nothing)
            faults.replies.clear()
            return [first, await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=nothing)]

    assert [type(outcome) for outcome in asyncio.run(run())] == [Rejected, Accepted]
    assert faults.connections == 1


def test_a_rested_connection_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "_LONGEST_IDLE", 0.0)
    faults = Faults()

    async def run() -> None:
        async with server_with(faults) as relay, Postman(relay) as postman:
            for _ in range(2):
                await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=nothing)

    asyncio.run(run())
    assert (faults.connections, len(faults.letters)) == (2, 2)


def test_a_connection_that_died_at_rest_costs_nothing() -> None:
    faults = Faults()

    async def run() -> Outcome:
        async with server_with(faults, timeout=0.1) as relay, Postman(relay) as postman:
            await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=nothing)
            await asyncio.sleep(0.3)
            return await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=nothing)

    assert isinstance(asyncio.run(run()), Accepted)
    assert (faults.connections, len(faults.letters)) == (2, 2)


def test_a_connection_found_dead_at_the_next_letter_is_replaced_once() -> None:
    class HangsUpOnTheSecond(Faults):
        async def answer(self, server: Server, command: str) -> str | None:
            self.replies = {"MAIL": "drop"} if self.said.count("MAIL") == 1 else {}
            return await super().answer(server, command)

    faults = HangsUpOnTheSecond()

    async def run() -> list[Outcome]:
        async with server_with(faults) as relay, Postman(relay) as postman:
            return [await postman.deliver(SENDER, RECIPIENT, CONTENT, before_data=nothing) for _ in range(2)]

    assert [type(outcome) for outcome in asyncio.run(run())] == [Accepted, Accepted]
    assert (faults.connections, len(faults.letters)) == (2, 2)

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from delegacy.domain.address import SmtpAddress
from delegacy.domain.errors import StoreUnavailable
from delegacy.domain.mail_queue import OutgoingMail
from delegacy.mail.delivery import AcceptedMail
from delegacy.mail.smarthost import Attempt
from support.smtp_world import SmtpWorld

RAYMOND, BILL, EVE = map(SmtpAddress.parse, ("raymonds@contoso.com", "bill@fabrikam.com", "eve@fabrikam.com"))
DAYS = timedelta(days=1)


@dataclass
class ScriptedHop:
    """A smarthost that answers by the recipient's name: 2xx is taken."""

    answers: dict[str, str] = field(default_factory=dict)
    seen: list[OutgoingMail] = field(default_factory=list)
    called: threading.Event = field(default_factory=threading.Event)

    def send(self, mail: OutgoingMail) -> Attempt:
        self.seen.append(mail)
        self.called.set()
        replies = {recipient: self.answers.get(recipient.local_part, "250 2.1.5 OK") for recipient in mail.recipients}
        return Attempt(
            {recipient: reply for recipient, reply in replies.items() if reply.startswith("5")},
            {recipient: reply for recipient, reply in replies.items() if reply.startswith("4")},
        )


@pytest.fixture
def hop() -> ScriptedHop:
    return ScriptedHop()


@pytest.fixture
def world(tmp_path: Path, hop: ScriptedHop) -> Iterator[SmtpWorld]:
    world = SmtpWorld(tmp_path, next_hop=hop)
    yield world
    world.close()


def send(world: SmtpWorld, *recipients: SmtpAddress, sender: SmtpAddress | None = RAYMOND) -> None:
    mail = AcceptedMail(
        sender=sender,
        recipients=recipients,
        content=b"From: raymonds@contoso.com\r\nSubject: Out\r\n\r\nbody\r\n",
        smtputf8=False,
        authenticated=True,
        author=RAYMOND,
    )
    asyncio.run(world.delivery.deliver(mail))


def run(world: SmtpWorld) -> None:
    asyncio.run(world.runner.run_due())


def test_what_the_smarthost_takes_leaves_the_queue(world: SmtpWorld, hop: ScriptedHop) -> None:
    send(world, BILL, EVE, SmtpAddress.parse("ayla@contoso.com"))
    run(world)
    assert [(mail.envelope_sender, mail.recipients, mail.content) for mail in hop.seen] == [
        (RAYMOND, (BILL, EVE), b"From: raymonds@contoso.com\r\nSubject: Out\r\n\r\nbody\r\n")
    ]
    assert world.queue.next_attempt() is None
    assert len(world.messages("ayla")) == 1
    assert world.messages("raymonds") == []


def test_what_fails_for_good_is_reported_at_once(world: SmtpWorld, hop: ScriptedHop) -> None:
    hop.answers = {"eve": "550 5.1.1 No such user"}
    send(world, BILL, EVE)
    run(world)
    (report,) = world.messages("raymonds")
    assert b"Return-Path: <>" in report
    assert b"Final-Recipient: rfc822;eve@fabrikam.com\r\nAction: failed\r\nStatus: 5.1.1" in report
    assert b"bill@" not in report
    assert world.queue.next_attempt() is None


def test_what_is_deferred_is_tried_again_later_and_later(world: SmtpWorld, hop: ScriptedHop) -> None:
    hop.answers = {"eve": "451 4.7.1 Greylisted"}
    send(world, BILL, EVE)
    waits = []
    for _ in range(9):
        run(world)
        due = world.queue.next_attempt()
        assert due is not None
        waits.append(due - world.clock.moment)
        world.clock.moment = due
    assert [wait / timedelta(minutes=1) for wait in waits] == [1, 5, 15, 30, 60, 120, 240, 240, 240]
    assert [len(mail.recipients) for mail in hop.seen] == [2, *[1] * 8]
    assert world.messages("raymonds") == []
    hop.answers = {}
    run(world)
    assert world.queue.next_attempt() is None


def test_after_two_days_the_sender_is_told(world: SmtpWorld, hop: ScriptedHop) -> None:
    hop.answers = {"eve": "451 4.4.1 Nobody there"}
    send(world, EVE)
    run(world)
    world.clock.moment += 2 * DAYS
    run(world)
    (report,) = world.messages("raymonds")
    assert b"Status: 4.4.7" in report
    assert b"Nobody there" in report
    assert world.queue.next_attempt() is None


def test_no_report_answers_a_report(world: SmtpWorld, hop: ScriptedHop) -> None:
    hop.answers = {"eve": "550 5.1.1 No such user"}
    send(world, EVE, sender=None)
    run(world)
    assert world.queue.next_attempt() is None
    assert all(world.messages(name) == [] for name in ("raymonds", "ayla", "carol"))


def test_a_report_to_somebody_else_goes_out_itself(world: SmtpWorld, hop: ScriptedHop) -> None:
    hop.answers = {"eve": "550 5.1.1 No such user"}
    send(world, EVE, sender=BILL)
    run(world)
    assert [(mail.envelope_sender, mail.recipients) for mail in hop.seen] == [(BILL, (EVE,)), (None, (BILL,))]


def test_a_report_to_a_group_reaches_its_managers_and_no_member(world: SmtpWorld, hop: ScriptedHop) -> None:
    hop.answers = {"eve": "550 5.1.1 No such user"}
    send(world, EVE, sender=SmtpAddress.parse("managed@contoso.com"))
    run(world)
    assert (len(world.messages("carol")), len(world.messages("terrya"))) == (1, 0)
    send(world, EVE, sender=SmtpAddress.parse("helpdesk@contoso.com"))
    run(world)
    assert len(world.messages("carol")) == 1
    assert world.queue.next_attempt() is None


def test_a_report_about_a_groups_member_goes_where_the_group_says(world: SmtpWorld, hop: ScriptedHop) -> None:
    hop.answers = {"partner": "550 5.1.1 No such user"}
    partner = world.people["partner"].id
    world.change(lambda directory: directory.add_members(world.people["managed"].id, [partner]))
    send(world, SmtpAddress.parse("managed@contoso.com"))
    run(world)
    assert [mail.envelope_sender for mail in hop.seen] == [SmtpAddress.parse("away@contoso.com")]
    assert world.messages("raymonds") == []
    assert len(world.messages("ayla")) == 1  # away forwards to ayla


def test_without_a_smarthost_what_was_queued_waits_and_expires(world: SmtpWorld, tmp_path: Path) -> None:
    send(world, EVE)
    world.close()
    again = SmtpWorld(tmp_path)
    again.clock.moment = world.clock.moment
    run(again)
    assert again.queue.next_attempt() is not None
    again.clock.moment += 3 * DAYS
    run(again)
    assert b"No smarthost is configured" in again.messages("raymonds")[0]
    again.close()


def test_an_attempt_that_cannot_be_written_down_is_repeated(
    world: SmtpWorld, hop: ScriptedHop, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(world, EVE)

    def fail(_: object) -> None:
        raise StoreUnavailable("gone")

    with monkeypatch.context() as patched:
        patched.setattr(world.queue, "hand_over", fail)
        run(world)
    due = world.queue.next_attempt()
    assert due is not None
    assert due > world.clock.moment
    world.clock.moment = due
    run(world)
    assert len(hop.seen) == 2
    assert world.queue.next_attempt() is None


def test_the_runner_is_woken_by_new_mail(world: SmtpWorld, hop: ScriptedHop) -> None:
    async def scenario() -> None:
        running = asyncio.create_task(world.runner.run())
        await asyncio.sleep(0.05)
        mail = AcceptedMail(
            sender=RAYMOND,
            recipients=(BILL,),
            content=b"From: raymonds@contoso.com\r\n\r\n",
            smtputf8=False,
            authenticated=True,
            author=RAYMOND,
        )
        await world.delivery.deliver(mail)
        assert await asyncio.to_thread(hop.called.wait, 20)
        running.cancel()
        await asyncio.wait([running])

    asyncio.run(scenario())
    assert hop.seen[0].recipients == (BILL,)

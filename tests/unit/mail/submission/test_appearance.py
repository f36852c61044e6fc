from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from delegacy.domain.account import Account
from delegacy.domain.address import InvalidAddress, SmtpAddress
from delegacy.domain.facts import Target
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.sid import Sid
from delegacy.mail.submission.appearance import Departure, Stamp, depart, identifying_names
from delegacy.mail.submission.authorship import Authorship
from delegacy.policy.decision import Obligation, SendRight
from delegacy.wire.rfc5322 import read_message
from support.smtp_world import SmtpWorld

STAMP = Stamp(
    server_name="mail.contoso.com",
    moment=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    transaction="17",
    message_id="<17@mail.contoso.com>",
)
TERRY = Target(
    1,
    UUID(int=1).bytes,
    Sid("S-1"),
    RecipientTypeDetails.USER_MAILBOX,
    "Terry Adams",
    "terrya@contoso.com",
    hidden=False,
)
RAYMOND = Account(
    id=2,
    guid=UUID(int=2),
    sid=Sid("S-2"),
    logon_name="CONTOSO\\raymonds",
    display_name="Raymond Sam",
    primary_smtp_address=SmtpAddress.parse("raymonds@contoso.com"),
)
OWNER = Authorship(SendRight.OWNER, TERRY, frozenset())
SEND_AS = Authorship(SendRight.SEND_AS, TERRY, frozenset({Obligation.LEAVE_NO_TRACE}))
ON_BEHALF = Authorship(SendRight.SEND_ON_BEHALF, TERRY, frozenset({Obligation.SHOW_DELEGATE}))
NAMES = frozenset({"raymonds@contoso.com", "raymonds", "192.0.2.7"})
ENVELOPE = SmtpAddress.parse("ray@contoso.com")


def departed(
    authorship: Authorship,
    header: str,
    *,
    account: Account = RAYMOND,
    envelope: SmtpAddress | None = ENVELOPE,
    smtputf8: bool = False,
) -> Departure:
    raw = (header.strip().replace("\n", "\r\n") + "\r\n\r\nbody\r\n").encode()
    return depart(read_message(raw, smtputf8=smtputf8), authorship, account, envelope, STAMP, NAMES)


def fields(departure: Departure) -> list[str]:
    header = departure.content.partition(b"\r\n\r\n")[0].decode()
    return header.replace("\r\n\t", " ").split("\r\n")


RECEIVED = "Received: by mail.contoso.com with ESMTPSA id 17; Mon, 02 Mar 2026 09:30:00 +0000"
DATE = "Date: Mon, 02 Mar 2026 09:30:00 +0000"
MESSAGE_ID = "Message-ID: <17@mail.contoso.com>"


def test_ones_own_message_gets_what_is_missing_and_nothing_more() -> None:
    departure = departed(OWNER, "From: terrya@contoso.com")
    assert fields(departure) == [RECEIVED, "From: terrya@contoso.com", DATE, MESSAGE_ID]
    assert departure.envelope_sender == ENVELOPE
    kept = departed(OWNER, "From: terrya@contoso.com\nDate: x\nMessage-ID: <1@raymonds-pc>\nX-User: raymonds")
    assert fields(kept)[1:] == [
        "From: terrya@contoso.com",
        "Date: x",
        "Message-ID: <1@raymonds-pc>",
        "X-User: raymonds",
    ]


def test_send_as_leaves_no_trace() -> None:
    departure = departed(
        SEND_AS,
        "Received: from elsewhere\nReturn-Path: <ray@contoso.com>\nSender: raymonds@contoso.com\nFrom: terrya@contoso.com\n"
        "Date: x\nMessage-ID: <1@raymonds-pc>\nX-Originating-IP: [192.0.2.7]\nX-Kept: yes",
    )
    assert fields(departure) == [RECEIVED, "From: terrya@contoso.com", "Date: x", MESSAGE_ID, "X-Kept: yes"]
    assert departure.envelope_sender == SmtpAddress.parse("terrya@contoso.com")


@pytest.mark.parametrize(
    ("written", "leaves"),
    [
        ("Raymonds <terrya@contoso.com>", "Terry Adams <terrya@contoso.com>"),
        ('"Terry (raymonds@contoso.com)" <TerryA@contoso.com>', "Terry Adams <TerryA@contoso.com>"),
        ("=?utf-8?q?Raymonds?= <terrya@contoso.com>", "Terry Adams <terrya@contoso.com>"),
        ("=?utf-8?q?R=C3=A4ymonds?= <terrya@contoso.com>", "=?utf-8?q?R=C3=A4ymonds?= <terrya@contoso.com>"),
        ("The Boss <terrya@contoso.com>", "The Boss <terrya@contoso.com>"),
    ],
)
def test_from_names_the_author_where_it_would_name_the_delegate(written: str, leaves: str) -> None:
    assert f"From: {leaves}" in fields(departed(SEND_AS, f"From: {written}"))
    assert f"From: {written}" in fields(departed(ON_BEHALF, f"From: {written}"))
    assert f"From: {written}" in fields(departed(OWNER, f"From: {written}"))


@pytest.mark.parametrize("authorship", [OWNER, SEND_AS, ON_BEHALF])
def test_nobody_is_told_of_blind_copies(authorship: Authorship) -> None:
    departure = departed(authorship, "From: terrya@contoso.com\nBcc: a@b.c,\n d@e.f\nResent-Bcc: g@h.i\nX-Kept: yes")
    assert "X-Kept: yes" in fields(departure)
    assert b"bcc" not in departure.content.lower()


def test_send_on_behalf_shows_the_delegate() -> None:
    departure = departed(
        ON_BEHALF, "From: terrya@contoso.com\nSender: x@contoso.com\nX-User: raymonds\nReply-To: a@b.c"
    )
    assert "Sender: Raymond Sam <raymonds@contoso.com>" in fields(departure)
    assert {"X-User: raymonds", "Reply-To: a@b.c"} <= set(fields(departure))
    assert departure.envelope_sender == RAYMOND.primary_smtp_address


@pytest.mark.parametrize("authorship", [OWNER, SEND_AS, ON_BEHALF])
def test_the_null_reverse_path_stays_null_and_no_reply_to_is_added(authorship: Authorship) -> None:
    departure = departed(authorship, "From: terrya@contoso.com", envelope=None)
    assert departure.envelope_sender is None
    assert b"reply-to" not in departure.content.lower()


def test_a_delegate_who_cannot_be_shown_cannot_send_on_behalf() -> None:
    with pytest.raises(InvalidAddress):
        departed(ON_BEHALF, "From: terrya@contoso.com", account=replace(RAYMOND, primary_smtp_address=None))
    international = replace(RAYMOND, primary_smtp_address=SmtpAddress.parse("räymonds@contoso.com"))
    with pytest.raises(InvalidAddress):
        departed(ON_BEHALF, "From: terrya@contoso.com", account=international)
    shown = departed(ON_BEHALF, "From: terrya@contoso.com", account=international, smtputf8=True)
    assert "Sender: Raymond Sam <räymonds@contoso.com>" in fields(shown)
    assert "with UTF8SMTPSA" in fields(shown)[0]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SmtpWorld]:
    world = SmtpWorld(tmp_path)
    yield world
    world.close()


def test_what_names_an_account(world: SmtpWorld) -> None:
    with world.store.read() as directory:
        names = identifying_names(directory, world.account("raymonds"))
    assert {"raymonds@contoso.com", "ray@contoso.com", "raymonds", "CONTOSO\\raymonds", "Raymond Sam"} <= names
    assert "" not in names

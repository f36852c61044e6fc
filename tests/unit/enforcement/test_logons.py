import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from delegacy.domain.account import Account
from delegacy.domain.errors import StoreUnavailable
from delegacy.domain.facts import Target
from delegacy.domain.mailbox_usage import Logon
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.sid import Sid
from delegacy.enforcement.logons import LogonNotes
from delegacy.enforcement.opening import Opening
from delegacy.policy.decision import OpenRight
from support.mail_world import START, SteppingClock

TERRY, AYLA = UUID(int=1), UUID(int=2)


@dataclass
class Journal:
    """Keeps what is written, after refusing it so many times."""

    refusals: int = 0
    written: list[Logon] = field(default_factory=list)

    def note(self, logons: Iterable[Logon]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StoreUnavailable("busy")
        self.written += logons


def opening(mailbox: UUID, account: str) -> Opening:
    signed_in = Account(id=1, guid=UUID(int=9), sid=Sid("S-1-5-21-1"), logon_name=account, display_name=account)
    target = Target(
        7, mailbox.bytes, None, RecipientTypeDetails.USER_MAILBOX, "Terry", "terrya@contoso.com", hidden=False
    )
    return Opening(signed_in, target, OpenRight.FULL_ACCESS, 1)


def test_the_last_of_each_mailbox_is_written() -> None:
    journal, clock = Journal(), SteppingClock()
    notes = LogonNotes(journal, clock)
    notes.opened(opening(TERRY, "CONTOSO\\terrya"))
    clock.advance(1)
    notes.opened(opening(TERRY, "CONTOSO\\raymonds"))
    notes.opened(opening(AYLA, "CONTOSO\\ayla"))
    later = START + timedelta(seconds=1)
    notes.write()
    assert journal.written == [Logon(TERRY, "CONTOSO\\raymonds", later), Logon(AYLA, "CONTOSO\\ayla", later)]
    notes.write()
    assert len(journal.written) == 2


def test_what_could_not_be_written_is_tried_again_unless_there_is_a_later_note() -> None:
    journal, clock = Journal(refusals=1), SteppingClock()
    notes = LogonNotes(journal, clock)
    notes.opened(opening(TERRY, "CONTOSO\\terrya"))
    notes.opened(opening(AYLA, "CONTOSO\\ayla"))
    notes.write()
    clock.advance(1)
    notes.opened(opening(TERRY, "CONTOSO\\raymonds"))
    notes.write()
    assert {(logon.mailbox_guid, logon.account) for logon in journal.written} == {
        (TERRY, "CONTOSO\\raymonds"),
        (AYLA, "CONTOSO\\ayla"),
    }


def test_what_is_left_is_written_at_the_end() -> None:
    journal = Journal()
    notes = LogonNotes(journal, SteppingClock())

    async def scene() -> None:
        running = asyncio.create_task(notes.run())
        await asyncio.sleep(0)
        notes.opened(opening(TERRY, "CONTOSO\\terrya"))
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(scene())
    assert [logon.account for logon in journal.written] == ["CONTOSO\\terrya"]


def test_a_note_is_of_the_mailbox_that_was_opened() -> None:
    journal = Journal()
    notes = LogonNotes(journal, SteppingClock())
    first = opening(TERRY, "CONTOSO\\raymonds")
    notes.opened(replace(first, mailbox=first.mailbox._replace(guid_octets=AYLA.bytes)))
    notes.write()
    assert [logon.mailbox_guid for logon in journal.written] == [AYLA]

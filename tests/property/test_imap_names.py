"""Whatever mailboxes are called, each has a name of its own, which a client can send back."""

import unicodedata
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from delegacy.domain.facts import Target
from delegacy.domain.folder import FolderPath
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.mail.imap.namespace import FolderName, Namespace
from delegacy.wire.imap.commands import Select
from delegacy.wire.imap.parser import parse_command
from delegacy.wire.imap.printing import print_mailbox
from delegacy.wire.imap.reader import CommandReader, CommandText, Limits

NAMES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "Twin",
            "twin",
            "TWIN ",
            "Twin (a1@contoso.com)",
            "INBOX",
            "Other Users",
            "a/b",
            '%*"\\',
            "\u202e",
            "ﬁ",
            "ß",
            "SS",
            "é",
            "e\u0301",
        ]
    ),
)
PATHS = st.sampled_from(["Inbox", "Drafts", "Inbox/Below", "Projects/2026", "Größe"])


@given(st.lists(NAMES, max_size=6), PATHS, st.booleans())
def test_a_name_that_is_shown_is_the_name_that_is_found(names: list[str], path: str, utf8: bool) -> None:  # noqa: FBT001 (drawn)
    targets = [
        Target(n, UUID(int=n).bytes, None, RecipientTypeDetails.USER_MAILBOX, name, f"a{n}@contoso.com", hidden=False)
        for n, name in enumerate(names, 1)
    ]
    namespace = Namespace(targets)
    assert len(namespace.others) == len(targets)
    for target in targets:
        located = FolderName(target.guid, FolderPath.parse(path))
        shown = namespace.name(target.guid, located.path)
        assert not [one for one in shown.split("/")[1] if one in '/%*"\\' or unicodedata.category(one).startswith("C")]
        assert namespace.locate(_sent_back(shown, utf8=utf8)) == located


def _sent_back(name: str, *, utf8: bool) -> str:
    """Return the name as the server reads it when a client sends what it was shown."""
    reader = CommandReader(Limits(65_536, 65_536, 0, 64))
    reader.feed(b"a SELECT " + print_mailbox(name, utf8=utf8) + b"\r\n")
    incoming = reader.next_command()
    assert isinstance(incoming, CommandText)
    command = parse_command(incoming, utf8=utf8).command
    assert isinstance(command, Select)
    return command.mailbox

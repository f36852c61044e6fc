import pytest

from delegacy.wire.imap import utf7
from delegacy.wire.imap.errors import InvalidMailboxName


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("", b""),
        ("INBOX", b"INBOX"),
        ("Sent Items", b"Sent Items"),
        ("A&B", b"A&-B"),
        ("Entwürfe", b"Entw&APw-rfe"),
        ("~peter/mail/台北/日本語", b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"),  # RFC 3501 section 5.1.3
        ("😀", b"&2D3eAA-"),
        ("\t", b"&AAk-"),
        ("&ü&", b"&-&APw-&-"),
    ],
)
def test_names_are_written_and_read(name: str, data: bytes) -> None:
    assert utf7.encode(name) == data
    assert utf7.decode(data) == name


@pytest.mark.parametrize(
    "data",
    [
        b"A&B",
        b"&",
        b"&APw",
        b"&AGE-",  # an "a" that needs no shift
        b"&APw-&APw-",  # two shifts where one does
        b"&APx-",  # bits left over
        b"&AP-",
        b"&2D0-",  # half a surrogate pair
        b"&AC8-",  # a slash in hiding
        "ü".encode(),
        b"a\tb",
        b"a\x7fb",
        b"&AA==-",
        b"&/wD-",
    ],
)
def test_other_spellings_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidMailboxName):
        utf7.decode(data)

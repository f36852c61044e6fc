from datetime import date
from typing import Final

import pytest

from delegacy.wire.message_text import FieldSelection, HeaderReader, decoded_texts, header_text, sent_date
from delegacy.wire.mime import TextPart, analyse, text_parts

HEADER: Final = b"Received: from a\r\n\tby b\r\nFrom: a@b\r\nfrom : second\r\nSubject: =?utf-8?q?Gr=C3=BC?=\r\n =?utf-8?q?=C3=9Fe?=\r\nFromage: brie\r\n\r\n"


def test_fields_are_selected_as_they_stand() -> None:
    assert (
        FieldSelection([b"FROM", b"received"]).apply(HEADER)
        == b"Received: from a\r\n\tby b\r\nFrom: a@b\r\nfrom : second\r\n\r\n"
    )
    assert FieldSelection([b"To"]).apply(HEADER) == b"\r\n"
    assert FieldSelection([b".*"]).apply(HEADER) == b"\r\n"


def test_fields_are_left_out_with_their_continuations() -> None:
    kept = FieldSelection([b"from", b"subject"], inverted=True).apply(HEADER)
    assert kept == b"Received: from a\r\n\tby b\r\nFromage: brie\r\n\r\n"


def test_a_header_value_is_unfolded_and_decoded() -> None:
    assert HeaderReader(b"subject").values(HEADER) == ["Grüße"]
    assert HeaderReader(b"from").values(HEADER) == ["a@b", "second"]
    assert HeaderReader(b"to").values(HEADER) == []
    assert header_text(b"Subject: =?utf-8?b?w5w=?=\r\nX: \xff\r\n") == "Subject: Ü\r\nX: \N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"Mon, 7 Feb 2022 23:59:59 -0800", date(2022, 2, 7)),
        (b"07 FEB 99 10:00", date(1999, 2, 7)),
        (b"7-February-2022", date(2022, 2, 7)),
        (b"31 Feb 2022", None),
        (b"7 Feb 0000", None),
        (b"yesterday", None),
        (b"", None),
        (b"\xff" * 10, None),
    ],
)
def test_the_day_a_message_was_sent(value: bytes, expected: date | None) -> None:
    assert sent_date(value) == expected


def test_text_is_decoded() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe=\r\n!\r\n"
        b"--x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: BASE64\r\n\r\nR3LDvMOf\r\n ZQ\r\n"
        b"--x\r\nContent-Type: text/plain; charset=zlib\r\n\r\nGr\xc3\xbc\xff\r\n"
        b"--x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nABCDE\r\n"
        b"--x\r\nContent-Type: image/png\r\n\r\nno text\r\n--x--\r\n"
    )
    assert list(decoded_texts(raw, text_parts(analyse(raw).parts)))[:3] == [
        "Grüße!",
        "Grüße",
        "Grü\N{REPLACEMENT CHARACTER}",
    ]


def test_a_part_outside_the_message_is_empty() -> None:
    assert list(decoded_texts(b"", [TextPart(5, 9, "base64", "utf-8", is_header=False)])) == [""]

from datetime import date
from hashlib import sha256

from delegacy.domain.mail_item import LIST_FIELDS, SearchTexts, list_field_bits
from delegacy.wire.analysis import analyse_message
from delegacy.wire.mime import analyse


def test_a_message_is_analysed_once_and_for_all() -> None:
    content = (
        b"Received: x\r\nFrom: =?utf-8?q?J=C3=BCrgen?= <j@x.org>\r\nTO: a@b.c,\r\n d@e.f\r\nSubject: Hi\r\n"
        b"Message-Id: <1@x>\r\nDate: Mon, 2 Mar 2026 23:00:00 -0800\r\nX-Other: y\r\n\r\nbody\r\n"
    )
    message = analyse_message(content)
    structure = analyse(content)
    assert (message.content, message.digest) == (content, sha256(content).digest())
    assert content[message.header_size :] == b"body\r\n"
    assert (message.envelope, message.body, message.body_structure, message.parts) == (
        structure.envelope,
        structure.body,
        structure.body_structure,
        structure.parts,
    )
    assert message.list_fields == (
        b"From: =?utf-8?q?J=C3=BCrgen?= <j@x.org>\r\nTO: a@b.c,\r\n d@e.f\r\nSubject: Hi\r\n"
        b"Message-Id: <1@x>\r\nDate: Mon, 2 Mar 2026 23:00:00 -0800\r\n"
    )
    assert message.list_fields_present == list_field_bits(("from", "to", "subject", "message-id", "date"))
    assert message.texts == SearchTexts(
        sender="Jürgen <j@x.org>",
        to="a@b.c, d@e.f",
        subject="Hi",
        message_id="<1@x>",
        sent=date(2026, 3, 2),
    )


def test_a_message_without_a_header_has_no_fields() -> None:
    message = analyse_message(b"\r\nbody")
    assert (message.header_size, message.list_fields, message.list_fields_present) == (2, b"", 0)
    assert message.texts == SearchTexts()


def test_list_fields_have_a_bit_each() -> None:
    bits = [list_field_bits((name,)) for name in LIST_FIELDS]
    assert bits == [1 << place for place in range(len(LIST_FIELDS))]
    assert list_field_bits(("x-unknown",)) == 0
    assert max(bits) < 1 << 63

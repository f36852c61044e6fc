import pytest

from delegacy.domain.mail_store import ColumnValue, MessageColumn
from delegacy.wire.analysis import analyse_message
from delegacy.wire.imap.commands import Fetch
from delegacy.wire.imap.fetch_plan import FetchPlan, UnknownTransferEncoding
from delegacy.wire.imap.parser import parse_command
from delegacy.wire.imap.reader import CommandText

PLAIN = b"From: a@b.c\r\nSubject: x\r\n y\r\nReceived: z\r\nTo: d@e.f\r\nSUBJECT: again\r\n\r\nHello.\r\n"
NESTED = (
    b"Subject: outer\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
    b"--B\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nSGkA\r\n"
    b"--B\r\nContent-Type: message/rfc822\r\nX-Part: 2\r\n\r\nSubject: inner\r\nFrom: i@n.ner\r\n\r\ninside\r\n"
    b"--B\r\nContent-Type: x/y\r\nContent-Transfer-Encoding: uuencode\r\n\r\nxx\r\n"
    b"--B--\r\n"
)


def values_of(content: bytes) -> dict[MessageColumn, ColumnValue]:
    message = analyse_message(content)
    return {
        MessageColumn.SYSTEM_FLAGS: 1,
        MessageColumn.KEYWORDS: "k",
        MessageColumn.MODSEQ: 12,
        MessageColumn.RECEIVED: 0,
        MessageColumn.SIZE: len(content),
        MessageColumn.ENVELOPE: message.envelope,
        MessageColumn.BODY: message.body,
        MessageColumn.BODY_STRUCTURE: message.body_structure,
        MessageColumn.PARTS: message.parts,
        MessageColumn.LIST_FIELDS: message.list_fields,
        MessageColumn.LIST_FIELDS_PRESENT: message.list_fields_present,
        MessageColumn.HEADER: content[: message.header_size],
        MessageColumn.TEXT: content[message.header_size :],
    }


def plan_for(items: bytes) -> FetchPlan:
    command = parse_command(CommandText(b"a FETCH 1 " + items)).command
    assert isinstance(command, Fetch)
    return FetchPlan(command.items)


def fetched(items: bytes, content: bytes = PLAIN) -> bytes:
    plan, values = plan_for(items), values_of(content)
    row = (7, *(values[column] for column in plan.columns))
    printed = plan.print([3], [row])
    assert printed.startswith(b"* 3 FETCH (")
    assert printed.endswith(b")\r\n")
    return printed[11:-3]


def literal(value: bytes) -> bytes:
    return b"{%d}\r\n%b" % (len(value), value)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (b"UID", b"UID 7"),
        (b"FLAGS", b"FLAGS (\\Seen k)"),
        (b"(MODSEQ RFC822.SIZE)", b"MODSEQ (12) RFC822.SIZE %d" % len(PLAIN)),
        (b"INTERNALDATE", b'INTERNALDATE " 1-Jan-1970 00:00:00 +0000"'),
        (b"BODY[]", b"BODY[] " + literal(PLAIN)),
        (b"RFC822", b"RFC822 " + literal(PLAIN)),
        (b"BODY[TEXT]", b"BODY[TEXT] " + literal(b"Hello.\r\n")),
        (b"RFC822.TEXT", b"RFC822.TEXT " + literal(b"Hello.\r\n")),
        (b"BODY[1]", b"BODY[1] " + literal(b"Hello.\r\n")),
        (b"BODY[]<6.5>", b"BODY[]<6> " + literal(b"a@b.c")),
        (b"BODY[]<9999.5>", b"BODY[]<9999> " + literal(b"")),
        (b"BODY[2]", b"BODY[2] NIL"),
        (b"BODY[1.HEADER]", b"BODY[1.HEADER] NIL"),
        (
            b"BODY[HEADER.FIELDS (subject)]",
            b"BODY[HEADER.FIELDS (subject)] " + literal(b"Subject: x\r\n y\r\nSUBJECT: again\r\n\r\n"),
        ),
        (b"BODY[HEADER.FIELDS (Date)]", b"BODY[HEADER.FIELDS (Date)] " + literal(b"\r\n")),
        (
            b"BODY[HEADER.FIELDS (To Received)]",
            b"BODY[HEADER.FIELDS (To Received)] " + literal(b"Received: z\r\nTo: d@e.f\r\n\r\n"),
        ),
        (
            b"BODY[HEADER.FIELDS.NOT (Subject Received)]",
            b"BODY[HEADER.FIELDS.NOT (Subject Received)] " + literal(b"From: a@b.c\r\nTo: d@e.f\r\n\r\n"),
        ),
        (b'BODY[HEADER.FIELDS ("a%b")]', b'BODY[HEADER.FIELDS ("a%b")] ' + literal(b"\r\n")),
    ],
)
def test_items_of_a_plain_message(items: bytes, expected: bytes) -> None:
    assert fetched(items) == expected


def test_all_list_fields_come_as_they_stand() -> None:
    expected = b"From: a@b.c\r\nSubject: x\r\n y\r\nTo: d@e.f\r\nSUBJECT: again\r\n\r\n"
    assert fetched(b"BODY[HEADER.FIELDS (FROM TO SUBJECT CC)]").endswith(literal(expected))
    assert plan_for(b"BODY[HEADER.FIELDS (FROM)]").columns == (
        MessageColumn.LIST_FIELDS,
        MessageColumn.LIST_FIELDS_PRESENT,
    )


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (b"BODY[1]", literal(b"SGkA")),
        (b"BODY[1.MIME]", literal(b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n")),
        (b"BODY[2.MIME]", literal(b"Content-Type: message/rfc822\r\nX-Part: 2\r\n\r\n")),
        (b"BODY[2.HEADER]", literal(b"Subject: inner\r\nFrom: i@n.ner\r\n\r\n")),
        (b"BODY[2.HEADER.FIELDS (From)]", literal(b"From: i@n.ner\r\n\r\n")),
        (b"BODY[2.HEADER.FIELDS.NOT (From)]", literal(b"Subject: inner\r\n\r\n")),
        (b"BODY[2.TEXT]", literal(b"inside")),
        (b"BODY[2.1]", literal(b"inside")),
        (b"BODY[2.TEXT]<1.3>", literal(b"nsi")),
        (b"BODY[1.TEXT]", b"NIL"),
        (b"BODY[4]", b"NIL"),
        (b"BINARY[1]", b"~" + literal(b"Hi\0")),
        (b"BINARY[1]<0.2>", literal(b"Hi")),
        (b"BINARY.SIZE[1]", b"3"),
        (b"BINARY[4]", b"NIL"),
        (b"BINARY.SIZE[4]", b"0"),
        (b"BINARY[]", literal(NESTED)),
    ],
)
def test_sections_of_a_message_with_parts(items: bytes, expected: bytes) -> None:
    assert fetched(items, NESTED).partition(b"] " if b"<" not in items else b"> ")[2] == expected


def test_a_part_with_an_unknown_encoding_cannot_be_decoded() -> None:
    assert fetched(b"BODY[3]", NESTED).endswith(literal(b"xx"))
    for items in (b"BINARY[3]", b"BINARY.SIZE[3]"):
        with pytest.raises(UnknownTransferEncoding):
            fetched(items, NESTED)


@pytest.mark.parametrize(
    ("items", "marks"),
    [
        (b"BODY[]", True),
        (b"BINARY[1]", True),
        (b"RFC822.TEXT", True),
        (b"RFC822.HEADER", False),
        (b"BODY.PEEK[]", False),
        (b"BINARY.PEEK[1]", False),
        (b"BINARY.SIZE[1]", False),
        (b"(BODY ENVELOPE FLAGS)", False),
    ],
)
def test_what_is_read_is_seen_unless_it_was_a_peek(items: bytes, *, marks: bool) -> None:
    assert plan_for(items).marks_seen is marks


def test_only_what_is_asked_for_is_read_of_the_store() -> None:
    assert plan_for(b"(UID FLAGS)").columns == (MessageColumn.SYSTEM_FLAGS, MessageColumn.KEYWORDS)
    assert plan_for(b"(ENVELOPE RFC822.SIZE)").columns == (MessageColumn.ENVELOPE, MessageColumn.SIZE)
    assert plan_for(b"BODY.PEEK[HEADER]").columns == (MessageColumn.HEADER,)


def test_many_messages_are_printed_in_their_order() -> None:
    plan = plan_for(b"(UID FLAGS)")
    assert (
        plan.print([2, 3], [(7, 0, ""), (9, 1, "a b")])
        == b"* 2 FETCH (UID 7 FLAGS ())\r\n* 3 FETCH (UID 9 FLAGS (\\Seen a b))\r\n"
    )

from hypothesis import example, given
from hypothesis import strategies as st

from delegacy.domain.address import SmtpAddress
from delegacy.wire.encoded_words import decode, decode_strictly_all, encode
from delegacy.wire.rfc5322 import HeaderEdit, MalformedMessage, mailbox_lines, read_message

PIECES = st.sampled_from(
    [
        *(
            b"\r\n",
            b"\r\n ",
            b":",
            b"From: ",
            b"Sender: ",
            b"Resent-From: ",
            b"carol@contoso.com",
            b"<",
            b">",
            b'"',
            b"\\",
        ),
        *(b"(", b")", b",", b";", b"@", b"=?utf-8?q?", b"=40", b"?=", b"Carol ", b"\xc3\xa9", b"\0", b"\n", b"\r"),
    ]
)
VALUES = st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=20).map(b"".join)
NAMES = st.text(st.characters(codec="utf-8"), max_size=60)


@given(VALUES, st.booleans())
@example(raw=b"From: carol@contoso.com\r\n", smtputf8=False)
def test_any_bytes_are_a_message_or_refused(raw: bytes, smtputf8: bool) -> None:  # noqa: FBT001 (hypothesis passes it)
    try:
        message = read_message(raw, smtputf8=smtputf8)
    except MalformedMessage:
        return
    assert HeaderEdit(message).to_bytes().startswith(raw)


@given(VALUES, st.booleans())
def test_any_from_that_is_accepted_names_one_address_that_stands_in_it(value: bytes, smtputf8: bool) -> None:  # noqa: FBT001 (hypothesis passes it)
    raw = b"From: " + value + b"\r\nTo: a@b.c\r\n\r\nbody\r\n"
    try:
        message = read_message(raw, smtputf8=smtputf8)
    except MalformedMessage:
        return
    line = message.values("from")[0].decode()
    assert line.rstrip().removesuffix(">").endswith(str(message.header_from.address))


@given(st.text(st.characters(codec="utf-8", exclude_characters="@\uff20\ufe6b"), max_size=60))
def test_a_display_name_survives_writing_and_reading(name: str) -> None:
    raw = b"From: a@b.c\r\n\r\nbody\r\n"
    edit = HeaderEdit(read_message(raw, smtputf8=False))
    address = SmtpAddress.parse("carol@contoso.com")
    edit.replace("Sender", *mailbox_lines(name, address, smtputf8=False))
    written = edit.to_bytes()
    assert written.endswith(b"\r\n\r\nbody\r\n")
    sender = read_message(written, smtputf8=False).header_sender
    assert sender is not None
    assert sender.address == address
    if name.isprintable():
        assert "".join(sender.display_name.split()) == "".join(name.split())


@given(st.lists(st.text(max_size=12), max_size=4), VALUES)
def test_removing_traces_leaves_a_message_with_the_same_author_and_body(names: list[str], more: bytes) -> None:
    raw = b"From: carol@contoso.com\r\nX-One: " + more + b"\r\nMessage-ID: <x@y>\r\nReferences: <a@b>\r\n\r\nbody\r\n"
    try:
        message = read_message(raw, smtputf8=True)
    except MalformedMessage:
        return
    edit = HeaderEdit(message)
    edit.remove_traces(names, "<new@contoso.com>")
    again = read_message(edit.to_bytes(), smtputf8=True)
    assert again.header_from == message.header_from
    assert again.raw[again.body_start :] == raw[message.body_start :]


@given(NAMES)
def test_encoded_words_read_back(text: str) -> None:
    assert decode_strictly_all(" ".join(encode(text))) == text


@given(st.text())
def test_any_text_can_be_decoded(text: str) -> None:
    assert isinstance(decode(text + "=?utf-8?b?" + text + "?="), str)

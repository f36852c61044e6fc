from hypothesis import given
from hypothesis import strategies as st

from delegacy.wire.message_text import FieldSelection, HeaderReader, decoded_texts, header_text, sent_date
from delegacy.wire.mime import SectionText, analyse, section, text_parts

PIECES = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"Content-Type: multipart/mixed; boundary=x\r\n",
        b'Content-Type: multipart/digest; boundary="x y"\r\n',
        b"Content-Type: message/rfc822\r\n",
        b'Content-Type: text/plain; charset=utf-7; a="b\\',
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n",
        b"From: ",
        b"<a@b>,",
        b"(",
        b'"',
        b"=?utf-8?b?w6k?=",
        b"--x\r\n",
        b"--x--\r\n",
        b"--x y\r\n",
        b"\r\n\r\n",
    ]
)
MESSAGES = st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=40).map(b"".join)


@given(MESSAGES)
def test_any_bytes_have_a_structure_whose_sections_lie_inside(raw: bytes) -> None:
    structure = analyse(raw)
    assert structure.size == len(raw)
    assert 0 <= structure.header_size <= len(raw)
    for line in structure.parts.split(b"\n")[1:-1]:
        label = line.split(b" ")[0].decode()
        path = () if label == "-" else tuple(map(int, label.split(".")))
        for text in (None, *SectionText):
            span = section(structure.parts, path, text)
            assert span is None or 0 <= span[0] <= span[1] <= len(raw)


@given(MESSAGES)
def test_what_is_sent_to_imap_clients_has_balanced_brackets_and_no_stray_bytes(raw: bytes) -> None:
    structure = analyse(raw)
    for rendered in (structure.envelope, structure.body, structure.body_structure):
        assert consume(rendered, 0) == len(rendered)


@given(MESSAGES)
def test_any_bytes_can_be_searched(raw: bytes) -> None:
    assert all(isinstance(text, str) for text in decoded_texts(raw, text_parts(analyse(raw).parts)))
    header_text(raw)
    sent_date(raw)
    HeaderReader(b"from").values(raw)
    assert FieldSelection([b"from"]).apply(raw).endswith(b"\r\n")


def consume(rendered: bytes, position: int) -> int:
    """Read one parenthesised list, string, literal, number or NIL as an IMAP client would; return where it ends."""
    first = rendered[position : position + 1]
    if first == b"(":
        position += 1
        while rendered[position : position + 1] != b")":
            position = consume(rendered, position)
            if rendered[position : position + 1] == b" ":
                position += 1
        return position + 1
    if first == b'"':
        position += 1
        while rendered[position : position + 1] != b'"':
            octet = rendered[position]
            assert octet not in b"\0\r\n"
            assert octet < 0x80
            position += 2 if octet == 0x5C else 1
        return position + 1
    if first == b"{":
        size, _, rest = rendered[position + 1 :].partition(b"}\r\n")
        assert b"\0" not in rest[: int(size)]
        return position + 1 + len(size) + 3 + int(size)
    end = position
    while rendered[end : end + 1].isalnum():
        end += 1
    assert rendered[position:end] == b"NIL" or rendered[position:end].isdigit()
    return end

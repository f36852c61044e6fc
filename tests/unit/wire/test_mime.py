from typing import Final

import pytest

from delegacy.wire.mime import DEEPEST, MOST_PARTS, MessageStructure, SectionText, analyse, section, text_parts

PLAIN: Final = b"From: Terry Adams <terry@contoso.com>\r\nSubject: Hello\r\n\r\nOne\r\nTwo\r\n"
MIXED: Final = (
    b"From: terry@contoso.com\r\n"
    b'Content-Type: multipart/mixed; boundary="b 1"\r\n'
    b"\r\n"
    b"preamble\r\n"
    b"--b 1\r\n"
    b"Content-Type: multipart/alternative; boundary=b2\r\n"
    b"\r\n"
    b"--b2\r\n"
    b"\r\n"
    b"plain\r\n"
    b"--b2  \r\n"
    b"Content-Type: text/html; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n"
    b"\r\n"
    b"<p>=\r\n"
    b"--b2--\r\n"
    b"--b 1\r\n"
    b"Content-Type: message/rfc822\r\n"
    b'Content-Disposition: attachment; filename="a \\"b\\".eml"\r\n'
    b"\r\n" + PLAIN + b"\r\n--b 1\r\n"
    b"Content-Type: image/png; name=x.png\r\n"
    b"Content-ID: <1@contoso.com>\r\n"
    b"Content-Description: a picture\r\n"
    b"Content-Transfer-Encoding: base64\r\n"
    b"Content-MD5: abc==\r\n"
    b"Content-Language: en, de\r\n"
    b"Content-Location: http://contoso.com/\r\n"
    b"\r\n"
    b"AAAA\r\n"
    b"--b 1--\r\n"
    b"epilogue\r\n"
)


def part(
    raw: bytes, structure: MessageStructure, path: tuple[int, ...], text: SectionText | None = None
) -> bytes | None:
    span = section(structure.parts, path, text)
    return None if span is None else raw[span[0] : span[1]]


def test_a_plain_message() -> None:
    structure = analyse(PLAIN)
    assert structure.size == len(PLAIN)
    assert PLAIN[: structure.header_size].endswith(b"Hello\r\n\r\n")
    assert structure.envelope == (
        b'(NIL "Hello" (("Terry Adams" NIL "terry" "contoso.com")) (("Terry Adams" NIL "terry" "contoso.com")) '
        b'(("Terry Adams" NIL "terry" "contoso.com")) NIL NIL NIL NIL NIL)'
    )
    assert structure.body == b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2)'
    assert structure.body_structure == b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2 NIL NIL NIL NIL)'


def test_the_sections_of_a_plain_message() -> None:
    structure = analyse(PLAIN)
    assert part(PLAIN, structure, ()) == PLAIN
    assert part(PLAIN, structure, (), SectionText.HEADER) == PLAIN[:-10]
    assert part(PLAIN, structure, (), SectionText.TEXT) == b"One\r\nTwo\r\n"
    assert part(PLAIN, structure, (1,)) == b"One\r\nTwo\r\n"
    assert part(PLAIN, structure, (1,), SectionText.MIME) == PLAIN[:-10]


@pytest.mark.parametrize("path", [(0,), (2,), (1, 1), (-1,), (11,), (10**9,)])
def test_there_is_no_other_section(path: tuple[int, ...]) -> None:
    assert section(analyse(PLAIN).parts, path) is None


def test_what_no_part_has_is_no_section() -> None:
    parts = analyse(PLAIN).parts
    assert section(parts, (), SectionText.MIME) is None
    assert section(parts, (1,), SectionText.HEADER) is None
    assert section(parts, (1,), SectionText.TEXT) is None


def test_the_structure_of_a_multipart_message() -> None:
    structure = analyse(MIXED)
    assert structure.body == (
        b'((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 5 0)("text" "html" ("charset" "utf-8") NIL NIL "quoted-printable" 4 0) '
        b'"alternative")'
        b'("message" "rfc822" NIL NIL NIL "7bit" 67 (NIL "Hello" (("Terry Adams" NIL "terry" "contoso.com")) '
        b'(("Terry Adams" NIL "terry" "contoso.com")) (("Terry Adams" NIL "terry" "contoso.com")) NIL NIL NIL NIL NIL) '
        b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2) 5)'
        b'("image" "png" ("name" "x.png") "<1@contoso.com>" "a picture" "base64" 4) "mixed")'
    )
    assert structure.body_structure.startswith(
        b'((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 5 0 NIL NIL NIL NIL)('
    )
    assert b'"alternative" ("boundary" "b2") NIL NIL NIL)' in structure.body_structure
    assert b'5 NIL ("attachment" ("filename" "a \\"b\\".eml")) NIL NIL)' in structure.body_structure
    assert structure.body_structure.endswith(
        b'"base64" 4 "abc==" NIL ("en" "de") "http://contoso.com/") "mixed" ("boundary" "b 1") NIL NIL NIL)'
    )


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ((1, 1), None, b"plain"),
        ((1, 1), SectionText.MIME, b"\r\n"),
        ((1, 2), None, b"<p>="),
        (
            (1, 2),
            SectionText.MIME,
            b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
        ),
        ((2,), None, PLAIN),
        ((2,), SectionText.HEADER, PLAIN[:-10]),
        ((2,), SectionText.TEXT, b"One\r\nTwo\r\n"),
        ((2, 1), None, b"One\r\nTwo\r\n"),
        ((2, 1), SectionText.MIME, PLAIN[:-10]),
        ((3,), None, b"AAAA"),
        ((1,), SectionText.MIME, b"Content-Type: multipart/alternative; boundary=b2\r\n\r\n"),
        ((1,), SectionText.HEADER, None),
        ((4,), None, None),
        ((2, 2), None, None),
        ((1, 1, 1), None, None),
    ],
)
def test_the_sections_of_a_multipart_message(
    path: tuple[int, ...], text: SectionText | None, expected: bytes | None
) -> None:
    assert part(MIXED, analyse(MIXED), path, text) == expected


def test_text_for_searching_is_every_text_leaf_and_attached_header() -> None:
    found = [
        (MIXED[p.start : p.end], p.transfer_encoding, p.charset, p.is_header) for p in text_parts(analyse(MIXED).parts)
    ]
    assert found == [
        (b"plain", "7bit", "us-ascii", False),
        (b"<p>=", "quoted-printable", "utf-8", False),
        (PLAIN[:-10], "", "", True),
        (b"One\r\nTwo\r\n", "7bit", "us-ascii", False),
    ]


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"", b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0)'),
        (b"\r\nbody", b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 0)'),
        (b"Subject: no body", b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0)'),
        (b"Content-Type: nonsense\n\nx\n", b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 2 1)'),
        (b'Content-Type: text/plain; charset="a\n\nx', b'("text" "plain" ("charset" "a") NIL NIL "7bit" 1 0)'),
        (b"Content-Type: multipart/mixed\n\n--x\n\na\n", b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 7 3)'),
        (
            b"Content-Type: multipart/mixed; boundary=x\n\nno parts\n",
            b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 9 1)',
        ),
        (
            b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nopen",
            b'(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 0) "mixed")',
        ),
        (
            b"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x--",
            b'(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0) "mixed")',
        ),
        (
            b"Content-Type: multipart/mixed; boundary=x\n\n--xy\n\na--x\n",
            b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 11 3)',
        ),
        (b"Content-Type: image/gif (comment)\n\nx", b'("image" "gif" NIL NIL NIL "7bit" 1)'),
        (
            b"Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: s\n\nt\n--x--",
            (
                b'(("message" "rfc822" NIL NIL NIL "7bit" 13 (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL) '
                b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0) 2) "digest")'
            ),
        ),
    ],
)
def test_malformed_messages_have_a_structure_too(raw: bytes, body: bytes) -> None:
    assert analyse(raw).body == body


def test_a_string_that_cannot_be_quoted_is_a_literal() -> None:
    assert analyse(b"Subject: Gr\xc3\xbc\xc3\x9fe\r\n\r\n").envelope.startswith(b"(NIL {7}\r\nGr\xc3\xbc\xc3\x9fe NIL")
    assert analyse(b"Subject: a\0b\rc\r\n\r\n").envelope.startswith(b"(NIL {4}\r\nab\rc NIL")
    assert analyse(b'Subject: "\\\r\n\r\n').envelope.startswith(b'(NIL "\\"\\\\" NIL')


def test_nesting_and_the_number_of_parts_are_bounded() -> None:
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(5000)
    )
    assert analyse(deep).body.count(b'"mixed"') == DEEPEST
    messages = b"Content-Type: message/rfc822\r\n\r\n" * 5000
    assert analyse(messages).body.count(b'"rfc822"') == DEEPEST
    wide = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n" * 5000
    assert analyse(wide).body.count(b'"plain"') == MOST_PARTS

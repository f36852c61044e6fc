"""From headers, most of them hostile, and what the reader must say.

The attacker is Carol, who may send as nobody but herself; the one she wants to be taken for is ceo@contoso.com. Each line is given as it
would stand on the wire, without the CRLF at its end.
"""

from typing import Final

import pytest

from delegacy.domain.address import SmtpAddress
from delegacy.wire.rfc5322 import Malformation, MalformedMessage, read_message

M = Malformation

ACCEPTED: Final[dict[bytes, tuple[str, str]]] = {
    b"From: carol@contoso.com": ("carol@contoso.com", ""),
    b"From:carol@contoso.com": ("carol@contoso.com", ""),
    b"From: \t carol@contoso.com \t ": ("carol@contoso.com", ""),
    b"FROM: CAROL@CONTOSO.COM": ("carol@contoso.com", ""),
    b"fRoM: <carol@contoso.com>": ("carol@contoso.com", ""),
    b"From: Carol <carol@contoso.com>": ("carol@contoso.com", "Carol"),
    b"From: Carol<carol@contoso.com>": ("carol@contoso.com", "Carol"),
    b"From: Carol Q. Troy\r\n <carol@contoso.com>": ("carol@contoso.com", "Carol Q. Troy"),
    b"From:\r\n Carol\r\n\tTroy\r\n <carol@contoso.com>": ("carol@contoso.com", "Carol Troy"),
    b'From: "Troy, Carol" <carol@contoso.com>': ("carol@contoso.com", "Troy, Carol"),
    b'From: "Carol \\"CT\\" Troy" <carol@contoso.com>': ("carol@contoso.com", 'Carol "CT" Troy'),
    b'From: "Carol (Sales): <Troy>; [x]" <carol@contoso.com>': ("carol@contoso.com", "Carol (Sales): <Troy>; [x]"),
    b'From: "" <carol@contoso.com>': ("carol@contoso.com", ""),
    b"From: =?utf-8?q?Andr=C3=A9?= =?utf-8?b?IE3DvGxsZXI=?= <carol@contoso.com>": ("carol@contoso.com", "André Müller"),
    b"From: =?iso-8859-1?Q?Andr=E9?= <carol@contoso.com>": ("carol@contoso.com", "André"),
    b'From: "=?utf-8?q?Andr=C3=A9?=" <carol@contoso.com>': ("carol@contoso.com", "André"),
    b'From: "R & D @ Contoso" <carol@contoso.com>': ("carol@contoso.com", "R & D @ Contoso"),
    b"From: o'carol+tag=x@contoso.com": ("o'carol+tag=x@contoso.com", ""),
    b"From: Carol <carol@xn--bcher-kva.example>": ("carol@xn--bcher-kva.example", "Carol"),
}

WITH_SMTPUTF8: Final[dict[bytes, tuple[str, str]]] = {
    "From: Andrée <andrée@contoso.com>".encode(): ("andrée@contoso.com", "Andrée"),
    "From: andre\u0301e@contoso.com".encode(): ("andrée@contoso.com", ""),
    "From: <carol@Bücher.example>".encode(): ("carol@xn--bcher-kva.example", ""),
}

# A display name that quotes an address: read, and reported for whoever decides.
QUOTING: Final[dict[bytes, list[str]]] = {
    b'From: "ceo@contoso.com" <carol@contoso.com>': ["ceo@contoso.com"],
    b'From: "CEO@Contoso.com" <carol@contoso.com>': ["ceo@contoso.com"],
    b"From: \"'ceo@contoso.com'\" <carol@contoso.com>": ["ceo@contoso.com"],
    b'From: "The boss <ceo@contoso.com>" <carol@contoso.com>': ["ceo@contoso.com"],
    b'From: "The boss (ceo@contoso.com)" <carol@contoso.com>': ["ceo@contoso.com"],
    b'From: "mailto:ceo@contoso.com." <carol@contoso.com>': ["ceo@contoso.com"],
    b'From: "ceo @ contoso.com" <carol@contoso.com>': ["ceo@contoso.com"],
    b'From: "ceo\\@contoso.com" <carol@contoso.com>': ["ceo@contoso.com"],
    b'From: "\\"ceo\\"@contoso.com" <carol@contoso.com>': ["ceo@contoso.com"],
    b'From: "carol@contoso.com, ceo@contoso.com" <carol@contoso.com>': ["carol@contoso.com", "ceo@contoso.com"],
    b"From: =?utf-8?q?ceo=40contoso.com?= <carol@contoso.com>": ["ceo@contoso.com"],
    b"From: =?utf-8?b?Y2VvQGNvbnRvc28uY29t?= <carol@contoso.com>": ["ceo@contoso.com"],
    b"From: =?utf-8?q?ceo?= =?utf-8?q?=40contoso?= =?utf-8?q?.com?= <carol@contoso.com>": ["ceo@contoso.com"],
    b"From: =?utf-8?q?ceo?=\r\n =?utf-8?q?=40contoso.com?= <carol@contoso.com>": ["ceo@contoso.com"],
    b'From: "=?utf-8?q?ceo=40contoso.com?=" <carol@contoso.com>': ["ceo@contoso.com"],
    b"From: =?utf-7?q?ceo+AEA-contoso.com?= <carol@contoso.com>": ["ceo@contoso.com"],
    b"From: =?utf-8*en?q?ceo=40contoso.com?= <carol@contoso.com>": ["ceo@contoso.com"],
    b"From: =?utf-8?q?ceo=EF=BC=A0contoso.com?= <carol@contoso.com>": ["ceo@contoso.com"],
    b"From: =?utf-8?q?ceo=40contoso=EF=BC=8Ecom?= <carol@contoso.com>": ["ceo@contoso.com"],
    b"From: =?utf-8?q?ceo=40contoso=E3=80=82com?= <carol@contoso.com>": ["ceo@contoso.com"],
    b"From: =?utf-8?q?c=E2=80=8Beo=40cont=E2=80=8Boso.com?= <carol@contoso.com>": ["ceo@contoso.com"],
}

REFUSED: Final[dict[bytes, Malformation]] = {
    # Another field than the one that is read
    b"From : ceo@contoso.com\r\nFrom: carol@contoso.com": M.SPACE_BEFORE_COLON,
    b"From\t: ceo@contoso.com": M.SPACE_BEFORE_COLON,
    b"From: carol@contoso.com\r\nFrom: ceo@contoso.com": M.REPEATED_FROM,
    b"From: carol@contoso.com\r\nfrom: carol@contoso.com": M.REPEATED_FROM,
    b"garbage\r\nFrom: carol@contoso.com": M.NOT_A_FIELD,
    b"From ceo@contoso.com\r\nFrom: carol@contoso.com": M.NOT_A_FIELD,
    b">From: ceo@contoso.com\r\nX: y": M.NO_FROM,
    b": ceo@contoso.com\r\nFrom: carol@contoso.com": M.NOT_A_FIELD,
    b"From\xa0: ceo@contoso.com\r\nFrom: carol@contoso.com": M.NOT_A_FIELD,
    b"X: y\r\n \r\nFrom: ceo@contoso.com\r\nFrom: carol@contoso.com": M.BLANK_CONTINUATION,
    b"From: carol@contoso.com\r\n\t\r\n": M.BLANK_CONTINUATION,
    b"From: carol@contoso.com\nFrom: ceo@contoso.com": M.BARE_LF,
    b"From: carol@contoso.com\rFrom: ceo@contoso.com": M.BARE_CR,
    b"X: y\r\r\nFrom: carol@contoso.com": M.BARE_CR,
    b"X: y\n\r\nFrom: carol@contoso.com": M.BARE_LF,
    b"Fr\0om: ceo@contoso.com\r\nFrom: carol@contoso.com": M.NUL,
    b"To: ceo@contoso.com": M.NO_FROM,
    b"X-From: ceo@contoso.com": M.NO_FROM,
    # More than one address
    b"From: carol@contoso.com, ceo@contoso.com": M.LIST,
    b"From: Carol <carol@contoso.com>, Boss <ceo@contoso.com>": M.LIST,
    b"From: ,carol@contoso.com": M.LIST,
    b"From: carol@contoso.com,": M.LIST,
    b"From: Boss, Carol <carol@contoso.com>": M.LIST,
    b"From: <carol@contoso.com,ceo@contoso.com>": M.LIST,
    b"From: ceo@contoso.com;": M.GROUP,
    b"From: Team: ceo@contoso.com, carol@contoso.com;": M.LIST,
    b"From: Team: ceo@contoso.com;": M.GROUP,
    b"From: Team: Boss <ceo@contoso.com>;": M.GROUP,
    b"From: undisclosed-recipients:;": M.GROUP,
    b"From: <ceo> <carol@contoso.com>": M.NO_ADDRESS,
    b"From: <ceo@contoso.com> <carol@contoso.com>": M.TEXT_AFTER_ADDRESS,
    b"From: <carol@contoso.com> ceo@contoso.com": M.TEXT_AFTER_ADDRESS,
    b"From: ceo@contoso.com <carol@contoso.com>": M.UNQUOTED_AT,
    b"From: ceo@contoso.com carol@contoso.com": M.SPACE_IN_ADDRESS,
    b"From: ceo@contoso.com\r\n carol@contoso.com": M.SPACE_IN_ADDRESS,
    # Not an address as programs agree on it
    b"From: <@fabrikam.com:ceo@contoso.com>": M.SOURCE_ROUTE,
    b"From: <@fabrikam.com,@x.com:ceo@contoso.com>": M.SOURCE_ROUTE,
    b'From: "ceo@contoso.com"@contoso.com': M.QUOTED_LOCAL_PART,
    b'From: <"ceo"@contoso.com>': M.QUOTED_LOCAL_PART,
    b'From: <"a b"@contoso.com>': M.QUOTED_LOCAL_PART,
    b"From: ceo@[192.0.2.1]": M.DOMAIN_LITERAL,
    b"From: <ceo@[IPv6:2001:db8::1]>": M.SOURCE_ROUTE,
    b"From: [ceo] <carol@contoso.com>": M.DOMAIN_LITERAL,
    b"From: =?utf-8?q?ceo=40contoso.com?=": M.ENCODED_ADDRESS,
    b"From: <=?utf-8?q?ceo=40contoso.com?=>": M.ENCODED_ADDRESS,
    b"From: <=?utf-8?q?ceo?=@contoso.com>": M.ENCODED_ADDRESS,
    b"From: < carol@contoso.com>": M.SPACE_IN_ADDRESS,
    b"From: <carol@contoso.com >": M.SPACE_IN_ADDRESS,
    b"From: carol @contoso.com": M.SPACE_IN_ADDRESS,
    b"From: <carol@\r\n contoso.com>": M.SPACE_IN_ADDRESS,
    b"From:": M.NO_ADDRESS,
    b"From: ": M.NO_ADDRESS,
    b"From: <>": M.NO_ADDRESS,
    b"From: ceo": M.NO_ADDRESS,
    b"From: Boss <ceo>": M.NO_ADDRESS,
    b"From: Boss <>": M.NO_ADDRESS,
    b"From: @": M.SOURCE_ROUTE,
    b"From: ceo@": M.INVALID_ADDRESS,
    b"From: ceo@@contoso.com": M.INVALID_ADDRESS,
    b"From: ceo@contoso.com@fabrikam.com": M.INVALID_ADDRESS,
    b"From: c..eo@contoso.com": M.INVALID_ADDRESS,
    b"From: .ceo@contoso.com": M.INVALID_ADDRESS,
    b"From: ceo@contoso..com": M.INVALID_ADDRESS,
    b"From: ceo@contoso.com.": M.INVALID_ADDRESS,
    b"From: ceo\\@contoso.com": M.INVALID_ADDRESS,
    b"From: <ceo@contoso.com": M.ILLEGAL_CHARACTER,
    b"From: ceo@contoso.com>": M.INVALID_ADDRESS,
    b"From: Boss <<ceo@contoso.com>>": M.ILLEGAL_CHARACTER,
    b"From: " + b"a" * 65 + b"@contoso.com": M.INVALID_ADDRESS,
    b"From: " + b"a" * 5000 + b"@contoso.com": M.FIELD_TOO_LONG,
    # Comments
    b"From: carol@contoso.com (ceo@contoso.com)": M.COMMENT,
    b"From: (ceo@contoso.com) carol@contoso.com": M.COMMENT,
    b"From: Carol (Sales) <carol@contoso.com>": M.COMMENT,
    b"From: Carol <carol@contoso.com> (Sales)": M.COMMENT,
    b"From: <ceo(comment)@contoso.com>": M.COMMENT,
    b"From: ceo@(comment)contoso.com": M.COMMENT,
    b"From: " + b"(" * 2000 + b"ceo@contoso.com" + b")" * 2000: M.COMMENT,
    b"From: " + b"(" * 5000 + b"ceo@contoso.com" + b")" * 5000: M.FIELD_TOO_LONG,
    # Quotes
    b'From: "Carol <carol@contoso.com>': M.UNBALANCED_QUOTE,
    b'From: Carol" <carol@contoso.com>': M.UNBALANCED_QUOTE,
    b'From: "Carol\\" <carol@contoso.com>': M.UNBALANCED_QUOTE,
    b'From: "' + b'\\"' * 2000: M.UNBALANCED_QUOTE,
    b"From: Carol\\ <carol@contoso.com>": M.ILLEGAL_CHARACTER,
    b"From: Carol) <carol@contoso.com>": M.ILLEGAL_CHARACTER,
    # Characters
    b"From: carol\0 <ceo@contoso.com>": M.NUL,
    b"From: Carol\x1b[31m <carol@contoso.com>": M.CONTROL_CHARACTER,
    b"From: Carol\x08\x08 <carol@contoso.com>": M.CONTROL_CHARACTER,
    b"From: Carol\x7f <carol@contoso.com>": M.CONTROL_CHARACTER,
    b"From: Andr\xc3\xa9 <carol@contoso.com>": M.EIGHT_BIT,
    b"From: c\xc3\xa9o@contoso.com": M.EIGHT_BIT,
    # Encoded words
    b"From: =?utf-8?q?Carol=0D=0AFrom=3A_ceo=40contoso.com?= <carol@contoso.com>": M.MISLEADING_DISPLAY_NAME,
    b"From: =?utf-8?b?Q2Fyb2wNCkZyb206IGNlbw==?= <carol@contoso.com>": M.MISLEADING_DISPLAY_NAME,
    b"From: =?utf-8?q?Carol=00?= <carol@contoso.com>": M.MISLEADING_DISPLAY_NAME,
    b"From: =?utf-8?q?=E2=80=AEmoc.osotnoc=40oec?= <carol@contoso.com>": M.MISLEADING_DISPLAY_NAME,
    b'From: "ceo..x@contoso.com" <carol@contoso.com>': M.MISLEADING_DISPLAY_NAME,
    b'From: "' + b"ceo@contoso.com " * 17 + b'" <carol@contoso.com>': M.MISLEADING_DISPLAY_NAME,
    b"From: =?utf-8?q?=C3?= <carol@contoso.com>": M.UNREADABLE_ENCODED_WORD,
    b"From: =?utf-8?q?=GG?= <carol@contoso.com>": M.UNREADABLE_ENCODED_WORD,
    b"From: =?utf-8?b?Y2VvQGNvbnRvc28uY29?= <carol@contoso.com>": M.UNREADABLE_ENCODED_WORD,
    b"From: =?utf-8?b?!!!!?= <carol@contoso.com>": M.UNREADABLE_ENCODED_WORD,
    b"From: =?x-unknown?q?ceo=40contoso.com?= <carol@contoso.com>": M.UNREADABLE_ENCODED_WORD,
    b"From: =?utf-8?q?=3D=3Futf-8=3Fq=3Fceo=3D40contoso.com=3F=3D?= <carol@contoso.com>": M.UNREADABLE_ENCODED_WORD,
}

REFUSED_WITH_SMTPUTF8: Final[dict[bytes, Malformation]] = {
    b"From: Andr\xe9 <carol@contoso.com>": M.NOT_UTF8,
    b"From: Andr\xed\xa0\x80 <carol@contoso.com>": M.NOT_UTF8,
    b"From: Andr\xc2\x85 <carol@contoso.com>": M.CONTROL_CHARACTER,
    b"From: Andr\xe2\x80\xa8 <carol@contoso.com>": M.CONTROL_CHARACTER,
    "From: ceo\uff20contoso.com".encode(): M.NO_ADDRESS,
    "From: ceo@contoso\uff0ecom".encode(): M.INVALID_ADDRESS,
    "From: c\u200beo@contoso.com".encode(): M.INVALID_ADDRESS,
    "From: ceo@cont\u00adoso.com".encode(): M.INVALID_ADDRESS,
    "From: ceo\u00a0@contoso.com".encode(): M.INVALID_ADDRESS,
    "From: \u202emoc.osotnoc@oec\u202c <carol@contoso.com>".encode(): M.UNQUOTED_AT,
    "From: \u202eoec\u202c <carol@contoso.com>".encode(): M.MISLEADING_DISPLAY_NAME,
}


def message(lines: bytes) -> bytes:
    return b"Subject: x\r\n" + lines + b"\r\nTo: ayla@contoso.com\r\n\r\nbody\r\n"


def test_the_corpus_is_large_and_mostly_hostile() -> None:
    assert len(REFUSED) + len(REFUSED_WITH_SMTPUTF8) + len(QUOTING) > 51
    assert len(REFUSED) > len(ACCEPTED)


@pytest.mark.parametrize("lines", ACCEPTED)
@pytest.mark.parametrize("smtputf8", [False, True])
def test_a_plain_mailbox_is_accepted(*, lines: bytes, smtputf8: bool) -> None:
    read = read_message(message(lines), smtputf8=smtputf8).header_from
    assert (read.address.key, read.display_name, read.quoted_addresses) == (*ACCEPTED[lines], ())


@pytest.mark.parametrize("lines", WITH_SMTPUTF8)
def test_a_plain_mailbox_in_utf_8_is_accepted_with_smtputf8_only(lines: bytes) -> None:
    read = read_message(message(lines), smtputf8=True).header_from
    assert (read.address.key, read.display_name) == WITH_SMTPUTF8[lines]
    with pytest.raises(MalformedMessage) as caught:
        read_message(message(lines), smtputf8=False)
    assert caught.value.reason is M.EIGHT_BIT


@pytest.mark.parametrize("lines", QUOTING)
def test_an_address_in_a_display_name_is_reported(lines: bytes) -> None:
    read = read_message(message(lines), smtputf8=False).header_from
    assert read.address == SmtpAddress.parse("carol@contoso.com")
    assert [address.key for address in read.quoted_addresses] == QUOTING[lines]


@pytest.mark.parametrize("lines", REFUSED)
@pytest.mark.parametrize("smtputf8", [False, True])
def test_everything_else_is_refused_with_its_reason(*, lines: bytes, smtputf8: bool) -> None:
    if smtputf8 and REFUSED[lines] is M.EIGHT_BIT:
        return
    with pytest.raises(MalformedMessage) as caught:
        read_message(message(lines), smtputf8=smtputf8)
    assert caught.value.reason is REFUSED[lines]


@pytest.mark.parametrize("lines", REFUSED_WITH_SMTPUTF8)
def test_smtputf8_admits_no_more_than_letters(lines: bytes) -> None:
    with pytest.raises(MalformedMessage) as caught:
        read_message(message(lines), smtputf8=True)
    assert caught.value.reason is REFUSED_WITH_SMTPUTF8[lines]

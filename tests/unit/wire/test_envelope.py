import pytest

from delegacy.wire.envelope import nstring, read_addresses, render_envelope


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", []),
        (b"ayla@contoso.com", [(None, None, b"ayla", b"contoso.com")]),
        (b"Ayla Kol <ayla@contoso.com>", [(b"Ayla Kol", None, b"ayla", b"contoso.com")]),
        (b'"Kol, Ayla" <ayla@contoso.com>', [(b"Kol, Ayla", None, b"ayla", b"contoso.com")]),
        (b'"A \\"B\\" C" <a@b>', [(b'A "B" C', None, b"a", b"b")]),
        (b"ayla@contoso.com (Ayla (Kol))", [(b"Ayla (Kol)", None, b"ayla", b"contoso.com")]),
        (b"(Ayla) ayla@contoso.com", [(b"Ayla", None, b"ayla", b"contoso.com")]),
        (b"=?utf-8?q?Andr=C3=A9?= <a@b>", [(b"=?utf-8?q?Andr=C3=A9?=", None, b"a", b"b")]),
        (b"a@b,,  c@d", [(None, None, b"a", b"b"), (None, None, b"c", b"d")]),
        (b"<@x,@y:a@b>", [(None, b"@x,@y", b"a", b"b")]),
        (b'"a b"@c', [(None, None, b"a b", b"c")]),
        (
            b"Team: a@b, c@d;",
            [(None, None, b"Team", None), (None, None, b"a", b"b"), (None, None, b"c", b"d"), (None,) * 4],
        ),
        (b"undisclosed-recipients:;", [(None, None, b"undisclosed-recipients", None), (None,) * 4]),
        (b"Team: a@b", [(None, None, b"Team", None), (None, None, b"a", b"b"), (None,) * 4]),
        (b"Ayla Kol", [(None, None, b"Ayla Kol", b"")]),
        (b"Ayla <ayla@contoso.com", [(b"Ayla", None, b"ayla", b"contoso.com")]),
        (b"<a@b> <c@d>", [(None, None, b"a", b"b"), (None, None, b"c", b"d")]),
        (b"<>", [(None, None, b"", b"")]),
        (b'"open <a@b>', [(None, None, b"open <a", b"b>")]),
        (b"(((open a@b", []),
        (b"a@b (x\\)y)", [(b"x\\)y", None, b"a", b"b")]),
    ],
)
def test_addresses_are_read_as_well_as_can_be(value: bytes, expected: list[tuple[bytes | None, ...]]) -> None:
    assert [tuple(address) for address in read_addresses(value)] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, b"NIL"),
        (b"", b'""'),
        (b"a b", b'"a b"'),
        (b'a"b\\', b'"a\\"b\\\\"'),
        (b"a\tb", b'"a\tb"'),
        (b"a\r\nb", b"{4}\r\na\r\nb"),
        (b"\xff", b"{1}\r\n\xff"),
        (b"\0", b"{0}\r\n"),
    ],
)
def test_strings_are_quoted_where_they_can_be(value: bytes | None, expected: bytes) -> None:
    assert nstring(value) == expected


def test_sender_and_reply_to_default_to_from() -> None:
    assert render_envelope({b"from": b"a@b", b"sender": b"c@d"}) == (
        b'(NIL NIL ((NIL NIL "a" "b")) ((NIL NIL "c" "d")) ((NIL NIL "a" "b")) NIL NIL NIL NIL NIL)'
    )


@pytest.mark.slow
def test_hostile_fields_take_linear_time() -> None:
    for value in (b"(" * 500_000, b'"\\' * 500_000, b"<" * 500_000, b":" * 500_000, b"(\\)" * 300_000, b"a," * 300_000):
        render_envelope({b"from": value})

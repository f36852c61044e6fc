import pytest

from delegacy.wire import charsets
from delegacy.wire.encoded_words import UnreadableEncodedWord, decode, decode_strictly_all, encode


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("=?utf-8?q?Andr=C3=A9?=", "André"),
        ("=?UTF-8?Q?a_b=5F?=", "a b_"),
        ("=?utf-8?b?QW5kcsOp?=", "André"),
        ("=?iso-8859-1?q?Andr=E9?= Troy", "André Troy"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=\t=?iso-8859-1?q?c?=", "abc"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),
        ("=?utf-8?q?a?= x =?utf-8?q?b?=", "a x b"),
        ("x=?utf-8?q?a?=y", "xay"),
        ("=?utf-8*de?q?=C3=BC?=", "ü"),
        ("=?gb2312?b?xOO6ww==?=", "你好"),
        ("=?iso-2022-jp?b?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?utf-8?q?a?", "=?utf-8?q?a?"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
    ],
)
def test_encoded_words_are_decoded(text: str, expected: str) -> None:
    assert decode(text) == decode_strictly_all(text) == expected


@pytest.mark.parametrize(
    ("text", "lenient"),
    [
        ("=?utf-8?q?=C3?=", "\N{REPLACEMENT CHARACTER}"),
        ("=?utf-8?q?=ZZ?=", "=ZZ"),
        ("=?utf-8?q?é?=", "é"),
        ("=?utf-8?b?QQ?=", "A"),
        ("=?utf-8?b?Q?=", ""),
        ("=?utf-8?b?Q Q = =?=", "A"),
        ("=?rot13?q?a?=", "a"),
        ("=?punycode?q?a-?=", "a-"),
    ],
)
def test_what_is_broken_is_replaced_or_refused(text: str, lenient: str) -> None:
    assert decode(text) == lenient
    with pytest.raises(UnreadableEncodedWord):
        decode_strictly_all(text)


@pytest.mark.parametrize("text", ["André Müller", "日本語" * 40, "=?utf-8?q?x?=", "a b", "é" * 200, '"@<>,;:\\'])
def test_what_is_encoded_reads_back_and_keeps_the_limit(text: str) -> None:
    words = encode(text)
    assert max(map(len, words)) <= 75
    assert all(word.isascii() and " " not in word for word in words)
    assert decode_strictly_all(" ".join(words)) == text


def test_nothing_is_encoded_as_nothing() -> None:
    assert encode("") == []


def test_only_charsets_of_the_table_are_tried() -> None:
    assert charsets.codec_of(" Windows-1252 ") == "cp1252"
    assert charsets.codec_of("GB2312") == "gb18030"
    assert [
        charsets.codec_of(name) for name in ("zlib", "rot13", "idna", "unicode_escape", "undefined", "../x", "")
    ] == [None] * 7
    assert charsets.decode(b"\xff", "latin1") == "ÿ"
    assert charsets.decode_strictly(b"\xff", "utf-8") is None

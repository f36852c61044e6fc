"""A message as the mail store wants it: everything worked out of its bytes, once."""

import re
from hashlib import sha256
from typing import Final

from delegacy.domain.mail_item import LIST_FIELDS, AnalysedMessage, SearchTexts, list_field_bits
from delegacy.wire.envelope import read_fields
from delegacy.wire.message_text import header_text, sent_date
from delegacy.wire.mime import analyse

# A field of the header with the lines that continue it, as it stands.
_FIELD: Final = re.compile(rb"^([!-9;-~]++)[ \t]*+:.*\n?(?:[ \t].*\n?)*+", re.MULTILINE)
_LIST_FIELDS: Final = frozenset(name.encode("ascii") for name in LIST_FIELDS)


def analyse_message(content: bytes) -> AnalysedMessage:
    """Return ``content`` with what is stored beside it. Any bytes will do."""
    structure = analyse(content)
    header = content[: structure.header_size]
    list_fields, names = _list_fields(header)
    return AnalysedMessage(
        content=content,
        digest=sha256(content).digest(),
        header_size=structure.header_size,
        envelope=structure.envelope,
        body=structure.body,
        body_structure=structure.body_structure,
        parts=structure.parts,
        list_fields=list_fields,
        list_fields_present=list_field_bits(names),
        texts=_search_texts(read_fields(header, 0, len(header))),
    )


def _list_fields(header: bytes) -> tuple[bytes, set[str]]:
    kept: list[bytes] = []
    names: set[str] = set()
    for found in _FIELD.finditer(header):
        name = found[1].lower()
        if name in _LIST_FIELDS:
            kept.append(found[0])
            names.add(name.decode("ascii"))
    return b"".join(kept), names


def _search_texts(fields: dict[bytes, bytes]) -> SearchTexts:
    def text(name: bytes) -> str:
        return header_text(fields.get(name, b""))

    return SearchTexts(
        sender=text(b"from"),
        to=text(b"to"),
        cc=text(b"cc"),
        bcc=text(b"bcc"),
        subject=text(b"subject"),
        message_id=text(b"message-id"),
        sent=sent_date(fields.get(b"date", b"")),
    )

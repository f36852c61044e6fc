"""The only reader and writer of From, Sender and Reply-To (RFC 5322), for whoever decides who a message is from.

The reader is strict: a header that two programs could read in two ways is refused, with the reason. The writer cuts and inserts lines
of the bytes that were read; a message is never parsed and written anew, so what was checked is what leaves.

Reply-To is not read at all: it decides nothing, the client's own is kept and none is added.
"""

from delegacy.wire.rfc5322.malformation import Malformation, MalformedMessage
from delegacy.wire.rfc5322.reader import HeaderField, MessageHeaders, read_message
from delegacy.wire.rfc5322.writer import HeaderEdit, date_value, mailbox_lines, names_any

__all__ = [
    "HeaderEdit",
    "HeaderField",
    "Malformation",
    "MalformedMessage",
    "MessageHeaders",
    "date_value",
    "mailbox_lines",
    "names_any",
    "read_message",
]

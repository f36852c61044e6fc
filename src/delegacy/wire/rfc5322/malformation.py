"""Why a message is not read."""

from enum import Enum


class Malformation(Enum):
    """What is wrong with a message; the value is for the log and for the author's mail program."""

    # Anywhere in the message
    NUL = "a NUL"
    BARE_CR = "a carriage return that ends no line"
    BARE_LF = "a line feed that ends no line"

    # The header as a whole
    UNTERMINATED_HEADER = "a header that does not end"
    HEADER_TOO_LARGE = "a header that is too large"
    CONTROL_CHARACTER = "a control character in the header"
    NOT_A_FIELD = "a line in the header that is no field"
    SPACE_BEFORE_COLON = "white space before the colon of a field"
    BLANK_CONTINUATION = "a blank line within a field"
    NO_FROM = "no From field"
    REPEATED_FROM = "more than one From field"
    REPEATED_SENDER = "more than one Sender field"
    TOO_OFTEN_RESENT = "too many Resent fields"

    # A field that says who the message is from
    FIELD_TOO_LONG = "a field that is too long"
    EIGHT_BIT = "characters outside ASCII without SMTPUTF8"
    NOT_UTF8 = "bytes that are no UTF-8"
    UNBALANCED_QUOTE = "a quoted string that does not end"
    COMMENT = "a comment"
    LIST = "more than one address"
    GROUP = "a group"
    SOURCE_ROUTE = "a source route"
    DOMAIN_LITERAL = "a domain literal"
    QUOTED_LOCAL_PART = "a quoted local part"
    UNQUOTED_AT = "an @ in a display name without quotes"
    ENCODED_ADDRESS = "an encoded word in place of an address"
    SPACE_IN_ADDRESS = "white space in an address"
    NO_ADDRESS = "no address"
    INVALID_ADDRESS = "no valid address"
    TEXT_AFTER_ADDRESS = "text after the address"
    ILLEGAL_CHARACTER = "a character that must be quoted"
    UNREADABLE_ENCODED_WORD = "an encoded word that cannot be decoded"
    MISLEADING_DISPLAY_NAME = "a display name that hides or reorders text, or quotes what is nearly an address"


class MalformedMessage(ValueError):
    """A message that is not read: ``reason`` says why, ``field`` in which field (empty if in none)."""

    def __init__(self, reason: Malformation, field: str = "") -> None:
        super().__init__(f"The message has {reason.value}{f' in {field}' if field else ''}.")
        self.reason = reason
        self.field = field

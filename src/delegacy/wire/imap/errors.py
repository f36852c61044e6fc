"""What can be wrong with what an IMAP client sends."""

from delegacy.domain.errors import InvalidInput


class InvalidImapCommand(InvalidInput):
    """Bytes that are no command. ``tag`` is the command's tag if it could be read: the answer is a tagged ``BAD`` then."""

    error_id = "InvalidImapCommand"

    def __init__(self, message: str, tag: str | None = None) -> None:
        super().__init__(message)
        self.tag = tag


class UnsupportedCharset(InvalidInput):
    """A search in a character set that we do not read (RFC 9051 section 7.1, BADCHARSET)."""

    error_id = "UnsupportedCharset"

    def __init__(self, charset: str, tag: str | None = None) -> None:
        super().__init__("This character set is not supported.", charset)
        self.tag = tag


class InvalidMailboxName(InvalidInput):
    """A mailbox name that is not in modified UTF-7 (RFC 3501 section 5.1.3), nor in UTF-8 where that is agreed."""

    error_id = "InvalidMailboxName"

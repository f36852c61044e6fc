"""Error records, and the two ways a command can fail: with a record that ends the statement, or before it was understood.

    Exception
    +-- PowerShellError      carries one `ErrorRecord`; ends the statement, and the script too when it was thrown
    +-- ParseError           the text is not PowerShell (or not the part of it that we run)

Non-terminating errors are not exceptions: a cmdlet writes the record and goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

RUNTIME_EXCEPTION: Final = "System.Management.Automation.RuntimeException"


class ErrorCategory(Enum):
    """PowerShell's error categories (System.Management.Automation.ErrorCategory)."""

    NOT_SPECIFIED = "NotSpecified"
    OPEN_ERROR = "OpenError"
    CLOSE_ERROR = "CloseError"
    DEVICE_ERROR = "DeviceError"
    DEADLOCK_DETECTED = "DeadlockDetected"
    INVALID_ARGUMENT = "InvalidArgument"
    INVALID_DATA = "InvalidData"
    INVALID_OPERATION = "InvalidOperation"
    INVALID_RESULT = "InvalidResult"
    INVALID_TYPE = "InvalidType"
    METADATA_ERROR = "MetadataError"
    NOT_IMPLEMENTED = "NotImplemented"
    NOT_INSTALLED = "NotInstalled"
    OBJECT_NOT_FOUND = "ObjectNotFound"
    OPERATION_STOPPED = "OperationStopped"
    OPERATION_TIMEOUT = "OperationTimeout"
    SYNTAX_ERROR = "SyntaxError"
    PARSER_ERROR = "ParserError"
    PERMISSION_DENIED = "PermissionDenied"
    RESOURCE_BUSY = "ResourceBusy"
    RESOURCE_EXISTS = "ResourceExists"
    RESOURCE_UNAVAILABLE = "ResourceUnavailable"
    READ_ERROR = "ReadError"
    WRITE_ERROR = "WriteError"
    FROM_STD_ERR = "FromStdErr"
    SECURITY_ERROR = "SecurityError"
    PROTOCOL_ERROR = "ProtocolError"
    CONNECTION_ERROR = "ConnectionError"
    AUTHENTICATION_ERROR = "AuthenticationError"
    LIMITS_EXCEEDED = "LimitsExceeded"
    QUOTA_EXCEEDED = "QuotaExceeded"
    NOT_ENABLED = "NotEnabled"

    @classmethod
    def type_name(cls) -> str:
        """Return the type's full name."""
        return "System.Management.Automation.ErrorCategory"


@dataclass(frozen=True, slots=True)
class ScriptPosition:
    """Where in a script something stands, with the line itself so that it can be shown."""

    line: int
    column: int
    line_text: str
    length: int = 1
    file: str | None = None

    def describe(self) -> str:
        """Return PowerShell's position message: the place, the line, and the part of it underlined."""
        place = f"{self.file}:{self.line}" if self.file else f"line:{self.line}"
        visible = self.line_text.rstrip()
        room = max(1, len(visible) - self.column + 1)
        underline = " " * (self.column - 1) + "~" * max(1, min(self.length, room))
        return f"At {place} char:{self.column}\n+ {visible}\n+ {underline}"


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """One error: what happened (message), which one it is (id), of what kind (category) and about what (target).

    `exception_type` is the name that `catch [Name]` and `CategoryInfo` use, in full or not. `command` is the cmdlet that wrote
    it; `invocation` is the name as typed; `source` is what the full id ends with. They, and the position, are filled in by the
    interpreter when they are absent, unless the record is `placed`.
    `inner_type` is the name of the exception inside that one, where there is one.
    `cause` is the Python exception behind it, for the log of the host; it is never shown.
    """

    message: str
    error_id: str
    category: ErrorCategory = ErrorCategory.NOT_SPECIFIED
    target: object = field(default=None, compare=False)
    exception_type: str = RUNTIME_EXCEPTION
    command: str = ""
    invocation: str = ""
    position: ScriptPosition | None = None
    details: str | None = None
    source: str = ""
    inner_type: str = ""
    placed: bool = False
    cause: BaseException | None = field(default=None, compare=False, repr=False)

    @property
    def fully_qualified_id(self) -> str:
        """The id together with the command that wrote it, as `$_.FullyQualifiedErrorId` shows it."""
        return f"{self.error_id},{self.source}" if self.source else self.error_id

    @property
    def reason(self) -> str:
        """The short name of the exception."""
        return self.exception_type.rpartition(".")[2]

    def located(
        self, position: ScriptPosition | None, *, command: str = "", invocation: str = "", source: str = ""
    ) -> ErrorRecord:
        """Return the record with the position and command names filled in where it has none."""
        if self.placed:
            return self
        if self.position is not None or position is None:
            position = self.position
        return replace(
            self,
            position=position,
            command=self.command or command,
            invocation=self.invocation or invocation,
            source=self.source or source or command,
        )


class PowerShellError(Exception):
    """A terminating error: ends the running statement, and the whole script when `ends_script` (throw, -ErrorAction Stop)."""

    def __init__(self, record: ErrorRecord, *, ends_script: bool = False) -> None:
        super().__init__(record.message)
        self.record = record
        self.ends_script = ends_script


class ParseError(Exception):
    """The text cannot be parsed.

    `incomplete` tells a line editor that more input could make it right (an open brace, string or pipeline).
    """

    def __init__(
        self, message: str, error_id: str, position: ScriptPosition, *, offset: int = 0, incomplete: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_id = error_id
        self.position = position
        self.offset = offset
        self.incomplete = incomplete

    @property
    def record(self) -> ErrorRecord:
        """The error as PowerShell reports it."""
        return ErrorRecord(
            message=self.message,
            error_id=self.error_id,
            category=ErrorCategory.PARSER_ERROR,
            exception_type="System.Management.Automation.ParentContainsErrorRecordException",
            position=self.position,
        )


def runtime_error(
    message: str,
    error_id: str,
    category: ErrorCategory = ErrorCategory.INVALID_OPERATION,
    target: object = None,
    exception_type: str = RUNTIME_EXCEPTION,
) -> PowerShellError:
    """Return the exception for an error of the language itself; the interpreter adds where it happened."""
    return PowerShellError(ErrorRecord(message, error_id, category, target, exception_type))

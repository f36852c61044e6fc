"""IMAP's commands as values (RFC 9051 section 6 and RFC 3501 section 6; extensions are named with each)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from delegacy.domain.mail_item import Flags
from delegacy.domain.mail_store import FlagChange
from delegacy.wire.imap.fetch import FetchItem
from delegacy.wire.imap.search import SearchProgram
from delegacy.wire.imap.sequence import SequenceSet


class Plain(Enum):
    """A command without arguments; the value is its name."""

    CAPABILITY = b"CAPABILITY"
    NOOP = b"NOOP"
    LOGOUT = b"LOGOUT"
    STARTTLS = b"STARTTLS"
    NAMESPACE = b"NAMESPACE"  # RFC 2342
    CHECK = b"CHECK"
    CLOSE = b"CLOSE"
    UNSELECT = b"UNSELECT"  # RFC 3691
    IDLE = b"IDLE"  # RFC 2177


@dataclass(frozen=True, slots=True)
class PlainCommand:
    """A command without arguments."""

    command: Plain


@dataclass(frozen=True, slots=True)
class Identify:
    """ID (RFC 2971): what the client says of itself, which is read and not kept."""


@dataclass(frozen=True, slots=True)
class Login:
    """LOGIN."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Authenticate:
    """AUTHENTICATE. ``initial`` is the initial response, still in base64 (RFC 4959)."""

    mechanism: bytes
    initial: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enable:
    """ENABLE (RFC 5161)."""

    capabilities: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Resync:
    """What a client remembers of a folder (RFC 7162 section 3.2.5, QRESYNC)."""

    uid_validity: int
    modseq: int
    known_uids: SequenceSet | None = None


@dataclass(frozen=True, slots=True)
class Select:
    """SELECT, or EXAMINE if ``read_only``; with the parameters of RFC 7162."""

    mailbox: str
    read_only: bool
    condstore: bool = False
    resync: Resync | None = None


@dataclass(frozen=True, slots=True)
class Create:
    """CREATE. ``special_use`` are the attributes asked for with USE (RFC 6154 section 5)."""

    mailbox: str
    special_use: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Delete:
    """DELETE."""

    mailbox: str


@dataclass(frozen=True, slots=True)
class Rename:
    """RENAME."""

    mailbox: str
    new_name: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """SUBSCRIBE, or UNSUBSCRIBE."""

    mailbox: str
    subscribed: bool


class StatusItem(Enum):
    """An item of STATUS."""

    MESSAGES = b"MESSAGES"
    UIDNEXT = b"UIDNEXT"
    UIDVALIDITY = b"UIDVALIDITY"
    UNSEEN = b"UNSEEN"
    RECENT = b"RECENT"
    DELETED = b"DELETED"
    SIZE = b"SIZE"  # RFC 8438
    HIGHESTMODSEQ = b"HIGHESTMODSEQ"  # RFC 7162


class ListSelection(Enum):
    """A selection option of LIST (RFC 5258 section 3.1)."""

    SUBSCRIBED = b"SUBSCRIBED"
    REMOTE = b"REMOTE"
    RECURSIVEMATCH = b"RECURSIVEMATCH"
    SPECIAL_USE = b"SPECIAL-USE"  # RFC 6154


class ListReturn(Enum):
    """A return option of LIST (RFC 5258 section 3.2)."""

    SUBSCRIBED = b"SUBSCRIBED"
    CHILDREN = b"CHILDREN"
    SPECIAL_USE = b"SPECIAL-USE"
    STATUS = b"STATUS"  # RFC 5819


@dataclass(frozen=True, slots=True)
class List:
    """LIST, with the options of RFC 5258; ``extended`` tells that the client used any of them."""

    reference: str
    patterns: tuple[str, ...]
    selection: frozenset[ListSelection] = frozenset()
    returned: frozenset[ListReturn] = frozenset()
    status: tuple[StatusItem, ...] = ()
    extended: bool = False


@dataclass(frozen=True, slots=True)
class ListSubscribed:
    """LSUB (RFC 3501 section 6.3.9)."""

    reference: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Status:
    """STATUS."""

    mailbox: str
    items: tuple[StatusItem, ...]


@dataclass(frozen=True, slots=True)
class Append:
    """APPEND."""

    mailbox: str
    flags: Flags
    received: datetime | None
    message: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Expunge:
    """EXPUNGE, or UID EXPUNGE (RFC 4315) with the UIDs."""

    uids: SequenceSet | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """SEARCH; ``by_uid`` here and below tells the form with UID before it."""

    program: SearchProgram
    by_uid: bool


@dataclass(frozen=True, slots=True)
class Fetch:
    """FETCH, with the modifiers of RFC 7162."""

    numbers: SequenceSet
    items: tuple[FetchItem, ...]
    by_uid: bool
    changed_since: int | None = None
    vanished: bool = False


@dataclass(frozen=True, slots=True)
class Store:
    """STORE."""

    numbers: SequenceSet
    change: FlagChange
    silent: bool
    by_uid: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """COPY, or MOVE (RFC 6851) if ``removing``."""

    numbers: SequenceSet
    mailbox: str
    by_uid: bool
    removing: bool


@dataclass(frozen=True, slots=True)
class MyRights:
    """MYRIGHTS (RFC 4314)."""

    mailbox: str


@dataclass(frozen=True, slots=True)
class GetAcl:
    """GETACL (RFC 4314)."""

    mailbox: str


@dataclass(frozen=True, slots=True)
class ChangeAcl:
    """SETACL, DELETEACL or LISTRIGHTS (RFC 4314)."""

    mailbox: str


Command = (
    PlainCommand
    | Identify
    | Login
    | Authenticate
    | Enable
    | Select
    | Create
    | Delete
    | Rename
    | Subscribe
    | List
    | ListSubscribed
    | Status
    | Append
    | Expunge
    | Search
    | Fetch
    | Store
    | Copy
    | MyRights
    | GetAcl
    | ChangeAcl
)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A command with its tag."""

    tag: str
    command: Command

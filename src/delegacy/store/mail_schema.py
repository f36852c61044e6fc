"""The tables of the mail store, as SQLAlchemy metadata: of their own database on SQLite, of the one database on PostgreSQL.

A message in a folder is one narrow row; what its bytes are and what was worked out of them is shared by all copies of it
(``mail_content``, found by SHA-256), the bytes themselves apart (``mail_data``), so that listings never touch them. A folder's row counts
what it holds, so that STATUS and SELECT count nothing.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

# SQLite numbers rows by itself only if the column is spelled INTEGER.
_KEY: Final = BigInteger().with_variant(Integer, "sqlite")

REVISIONS: Final = ("0001", "0002", "0003")
"""The revisions of the mail schema, oldest first; the last one is what this program works with."""

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

mailbox: Final = Table(
    "mail_mailbox",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("guid", String(36), nullable=False, unique=True),
    Column("last_uid_validity", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

folder: Final = Table(
    "mail_folder",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("mailbox_id", ForeignKey("mail_mailbox.id"), nullable=False),
    Column("guid", String(36), nullable=False),
    Column("path", Text, nullable=False),
    Column("path_key", Text, nullable=False),
    Column("special", String(32)),
    Column("uid_validity", BigInteger, nullable=False),
    Column("uid_next", BigInteger, nullable=False),
    Column("highest_modseq", BigInteger, nullable=False),
    Column("message_count", Integer, nullable=False),
    Column("unseen_count", Integer, nullable=False),
    Column("deleted_count", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("keywords", Text, nullable=False),
    UniqueConstraint("mailbox_id", "path_key"),
    UniqueConstraint("mailbox_id", "special"),
    # A number that has been a folder's never becomes another's: open sessions go by it.
    sqlite_autoincrement=True,
)

content: Final = Table(
    "mail_content",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("list_fields_present", BigInteger, nullable=False),
    Column("sent_on", Integer),  # days, as date.toordinal counts
    Column("subject", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("recipients_to", Text, nullable=False),
    Column("recipients_cc", Text, nullable=False),
    Column("recipients_bcc", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("list_fields", LargeBinary, nullable=False),
    Column("body_structure", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("parts", LargeBinary, nullable=False),
)

data: Final = Table(
    "mail_data",
    metadata,
    Column("content_id", ForeignKey("mail_content.id"), primary_key=True, autoincrement=False),
    Column("header", LargeBinary, nullable=False),
    Column("text", LargeBinary, nullable=False),
)

message: Final = Table(
    "mail_message",
    metadata,
    Column("folder_id", ForeignKey("mail_folder.id"), primary_key=True, autoincrement=False),
    Column("uid", BigInteger, primary_key=True, autoincrement=False),
    Column("content_id", ForeignKey("mail_content.id"), nullable=False, index=True),
    Column("system_flags", SmallInteger, nullable=False),
    Column("keywords", Text, nullable=False),
    Column("modseq", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),  # seconds since 1970
    Column("size", BigInteger, nullable=False),
    Column("creator", String(36)),  # the GUID of the account that put it there
    sqlite_with_rowid=False,
)
Index("ix_mail_message_folder_id_modseq", message.c.folder_id, message.c.modseq)
Index(
    "ix_mail_message_unseen",
    message.c.folder_id,
    message.c.uid,
    sqlite_where=message.c.system_flags.op("&")(1) == 0,
    postgresql_where=message.c.system_flags.op("&")(1) == 0,
)

tombstone: Final = Table(
    "mail_tombstone",
    metadata,
    Column("folder_id", ForeignKey("mail_folder.id"), primary_key=True, autoincrement=False),
    Column("modseq", BigInteger, primary_key=True, autoincrement=False),
    Column("uid", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

subscription: Final = Table(
    "mail_subscription",
    metadata,
    Column("subscriber", String(36), primary_key=True),
    Column("mailbox_guid", String(36), primary_key=True),
    Column("path_key", Text, primary_key=True),
    Column("path", Text, nullable=False),
    Column("subscribed", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

logon: Final = Table(
    "mail_logon",
    metadata,
    Column("mailbox_guid", String(36), primary_key=True),
    Column("account", Text, nullable=False),
    Column("at", BigInteger, nullable=False),  # microseconds since 1970
    sqlite_with_rowid=False,
)
"""Who opened a mailbox last."""

outgoing: Final = Table(
    "mail_outgoing",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("envelope_sender", Text, nullable=False),  # empty for the null reverse-path
    Column("recipients", Text, nullable=False),  # one a line
    Column("smtputf8", Boolean, nullable=False),
    Column("accepted_at", BigInteger, nullable=False),  # seconds since 1970
    Column("next_attempt_at", BigInteger, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

from datetime import UTC, date, datetime

import pytest

from delegacy.domain.mail_item import MOST_KEYWORDS, Flags, SystemFlag
from delegacy.domain.mail_search import (
    BodyContains,
    ChangedSince,
    Comparison,
    DateField,
    Everything,
    FieldContains,
    HasFlag,
    HasKeyword,
    HeaderContains,
    MessageContains,
    OfSize,
    OnDate,
    TextField,
)
from delegacy.domain.mail_store import FlagAction, FlagChange
from delegacy.wire.imap.commands import (
    Append,
    Authenticate,
    ChangeAcl,
    Command,
    Copy,
    Create,
    Delete,
    Enable,
    Expunge,
    Fetch,
    GetAcl,
    Identify,
    List,
    ListReturn,
    ListSelection,
    ListSubscribed,
    Login,
    MyRights,
    Plain,
    PlainCommand,
    Rename,
    Resync,
    Search,
    Select,
    Status,
    StatusItem,
    Store,
    Subscribe,
)
from delegacy.wire.imap.errors import InvalidImapCommand, UnsupportedCharset
from delegacy.wire.imap.fetch import Attribute, Binary, BinarySize, BodySection, Partial, Section, SectionText
from delegacy.wire.imap.parser import parse_command
from delegacy.wire.imap.reader import CommandReader, CommandText, Limits
from delegacy.wire.imap.search import (
    DEEPEST,
    AllKeys,
    NotKey,
    Numbered,
    OrKey,
    ResultOption,
    SearchKey,
    SearchProgram,
)
from delegacy.wire.imap.sequence import SAVED_RESULT, SequenceSet

ONE = SequenceSet(((1, 1),))


def parse(data: bytes, *, utf8: bool = False) -> Command:
    reader = CommandReader(Limits(100_000, 10_000, 10_000, 10))
    reader.feed(b"a1 " + data + b"\r\n")
    text = reader.next_command()
    assert isinstance(text, CommandText)
    tagged = parse_command(text, utf8=utf8)
    assert tagged.tag == "a1"
    return tagged.command


@pytest.mark.parametrize("command", Plain)
def test_commands_without_arguments(command: Plain) -> None:
    assert parse(command.value) == PlainCommand(command)
    assert parse(command.value.lower()) == PlainCommand(command)


@pytest.mark.parametrize(
    ("data", "command"),
    [
        (b"ID NIL", Identify()),
        (b'ID ("name" "mutt" "version" NIL)', Identify()),
        (b"ID ()", Identify()),
        (b"LOGIN terrya secret", Login("terrya", "secret")),
        (b'LOGIN "CONTOSO\\\\terrya" "a\\"b"', Login("CONTOSO\\terrya", 'a"b')),
        (b"LOGIN {6+}\r\nterrya {3+}\r\na\r\n", Login("terrya", "a\r\n")),
        ('LOGIN terrya "pässwörd"'.encode(), Login("terrya", "pässwörd")),
        (b"AUTHENTICATE plain", Authenticate(b"PLAIN", None)),
        (b"AUTHENTICATE PLAIN =", Authenticate(b"PLAIN", b"=")),
        (b"AUTHENTICATE PLAIN AGEAYg==", Authenticate(b"PLAIN", b"AGEAYg==")),
        (b"ENABLE condstore X-FOO", Enable((b"CONDSTORE", b"X-FOO"))),
        (b"SELECT inbox", Select("INBOX", read_only=False)),
        (b'EXAMINE "Entw&APw-rfe"', Select("Entwürfe", read_only=True)),
        (b"SELECT x (CONDSTORE)", Select("x", read_only=False, condstore=True)),
        (b"SELECT x (QRESYNC (7 90))", Select("x", read_only=False, resync=Resync(7, 90))),
        (
            b"SELECT x (QRESYNC (7 90 1 (1 1)))",
            Select("x", read_only=False, resync=Resync(7, 90, ONE)),
        ),
        (
            b"SELECT x (QRESYNC (7 90 (1 1)) CONDSTORE)",
            Select("x", read_only=False, condstore=True, resync=Resync(7, 90)),
        ),
        (b"CREATE a/b", Create("a/b")),
        (b"CREATE a (USE (\\Sent))", Create("a", (b"\\Sent",))),
        (b"DELETE a", Delete("a")),
        (b"RENAME a {1+}\r\nb", Rename("a", "b")),
        (b"SUBSCRIBE a", Subscribe("a", subscribed=True)),
        (b"UNSUBSCRIBE a]b", Subscribe("a]b", subscribed=False)),
        (b"MYRIGHTS a", MyRights("a")),
        (b"GETACL a", GetAcl("a")),
        (b"SETACL a bob +lr", ChangeAcl("a")),
        (b"DELETEACL a bob", ChangeAcl("a")),
        (b"LISTRIGHTS a bob", ChangeAcl("a")),
        (b"STATUS a (messages UNSEEN)", Status("a", (StatusItem.MESSAGES, StatusItem.UNSEEN))),
        (b'LIST "" *', List("", ("*",))),
        (b'LIST "" "%/a b"', List("", ("%/a b",))),
        (b"LIST a% b%*", None),
        (
            b'LIST (SUBSCRIBED RECURSIVEMATCH) "" (% a/*) RETURN (CHILDREN STATUS (UIDNEXT))',
            List(
                "",
                ("%", "a/*"),
                frozenset({ListSelection.SUBSCRIBED, ListSelection.RECURSIVEMATCH}),
                frozenset({ListReturn.CHILDREN, ListReturn.STATUS}),
                (StatusItem.UIDNEXT,),
                extended=True,
            ),
        ),
        (b'LIST () "" *', List("", ("*",), extended=True)),
        (b'LSUB "" %', ListSubscribed("", "%")),
        (b"EXPUNGE", Expunge()),
        (b"UID EXPUNGE 1", Expunge(ONE)),
        (b"COPY 1 x", Copy(ONE, "x", by_uid=False, removing=False)),
        (b"UID COPY $ x", Copy(SAVED_RESULT, "x", by_uid=True, removing=False)),
        (b"MOVE 1 x", Copy(ONE, "x", by_uid=False, removing=True)),
        (b"UID MOVE 1 x", Copy(ONE, "x", by_uid=True, removing=True)),
        (b"APPEND x {2+}\r\nhi", Append("x", Flags(), None, b"hi")),
        (
            b'APPEND x (\\Seen k) "17-Jul-1996 02:44:25 -0700" {2+}\r\nhi',
            Append("x", Flags(SystemFlag.SEEN, ("k",)), datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC), b"hi"),
        ),
        (
            b"STORE 1 +FLAGS.SILENT (\\deleted $Junk)",
            Store(ONE, FlagChange(FlagAction.ADD, Flags(SystemFlag.DELETED, ("$Junk",))), silent=True, by_uid=False),
        ),
        (
            b"UID STORE 1 (UNCHANGEDSINCE 12) -FLAGS \\Seen \\Draft",
            Store(
                ONE,
                FlagChange(FlagAction.REMOVE, Flags(SystemFlag.SEEN | SystemFlag.DRAFT), 12),
                silent=False,
                by_uid=True,
            ),
        ),
        (b"STORE 1 FLAGS ()", Store(ONE, FlagChange(FlagAction.REPLACE, Flags()), silent=False, by_uid=False)),
    ],
)
def test_commands_are_read(data: bytes, command: Command | None) -> None:
    if command is None:
        with pytest.raises(InvalidImapCommand):
            parse(data)
    else:
        assert parse(data) == command


@pytest.mark.parametrize(
    ("data", "items"),
    [
        (b"FAST", (Attribute.FLAGS, Attribute.INTERNALDATE, Attribute.SIZE)),
        (b"all", (Attribute.FLAGS, Attribute.INTERNALDATE, Attribute.SIZE, Attribute.ENVELOPE)),
        (b"FULL", (Attribute.FLAGS, Attribute.INTERNALDATE, Attribute.SIZE, Attribute.ENVELOPE, Attribute.BODY)),
        (b"(UID FLAGS UID MODSEQ)", (Attribute.UID, Attribute.FLAGS, Attribute.MODSEQ)),
        (b"BODY", (Attribute.BODY,)),
        (b"BODYSTRUCTURE", (Attribute.BODY_STRUCTURE,)),
        (b"BODY[]", (BodySection(Section(), None, peek=False, name=b"BODY[]"),)),
        (
            b"body.peek[header]<0.10>",
            (BodySection(Section(text=SectionText.HEADER), Partial(0, 10), peek=True, name=b"BODY[HEADER]<0>"),),
        ),
        (b"BODY[1.2]", (BodySection(Section((1, 2)), None, peek=False, name=b"BODY[1.2]"),)),
        (
            b"BODY[1.MIME]",
            (BodySection(Section((1,), SectionText.MIME), None, peek=False, name=b"BODY[1.MIME]"),),
        ),
        (
            b'(BODY.PEEK[2.HEADER.FIELDS.NOT (From "X-a")] UID)',
            (
                BodySection(
                    Section((2,), SectionText.HEADER_FIELDS_NOT, (b"From", b"X-a")),
                    None,
                    peek=True,
                    name=b"BODY[2.HEADER.FIELDS.NOT (From X-a)]",
                ),
                Attribute.UID,
            ),
        ),
        (
            b"BODY[HEADER.FIELDS (a]b {2+}\r\nc%)]",
            (
                BodySection(
                    Section((), SectionText.HEADER_FIELDS, (b"a]b", b"c%")),
                    None,
                    peek=False,
                    name=b'BODY[HEADER.FIELDS ("a]b" "c%")]',
                ),
            ),
        ),
        (b"RFC822", (BodySection(Section(), None, peek=False, name=b"RFC822"),)),
        (
            b"RFC822.HEADER",
            (BodySection(Section(text=SectionText.HEADER), None, peek=True, name=b"RFC822.HEADER"),),
        ),
        (b"BINARY.PEEK[1]<3.4>", (Binary((1,), Partial(3, 4), peek=True),)),
        (b"BINARY[]", (Binary((), None, peek=False),)),
        (b"BINARY.SIZE[2.1]", (BinarySize((2, 1)),)),
    ],
)
def test_fetch_items_are_read(data: bytes, items: tuple[object, ...]) -> None:
    assert parse(b"FETCH 1 " + data) == Fetch(ONE, items, by_uid=False)  # type: ignore[arg-type] # parametrised


def test_fetch_modifiers_are_read() -> None:
    flags = (Attribute.FLAGS,)
    assert parse(b"UID FETCH 1 FLAGS (CHANGEDSINCE 5 VANISHED)") == Fetch(
        ONE, flags, by_uid=True, changed_since=5, vanished=True
    )
    assert parse(b"FETCH 1 FLAGS (CHANGEDSINCE 5)") == Fetch(ONE, flags, by_uid=False, changed_since=5)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"ALL", Everything()),
        (b"1,2:*", Numbered(SequenceSet(((1, 1), (2, 0))), by_uid=False)),
        (b"UID $", Numbered(SAVED_RESULT, by_uid=True)),
        (b"seen", HasFlag(SystemFlag.SEEN)),
        (b"UNDELETED", NotKey(HasFlag(SystemFlag.DELETED))),
        (b"NEW", NotKey(Everything())),
        (b"KEYWORD $Junk", HasKeyword("$Junk")),
        (b"UNKEYWORD x", NotKey(HasKeyword("x"))),
        (b"SUBJECT {4+}\r\na\r\nb", FieldContains(TextField.SUBJECT, "a\r\nb")),
        (b'FROM ""', FieldContains(TextField.FROM, "")),
        (b"BODY x", BodyContains("x")),
        (b"TEXT x", MessageContains("x")),
        (b"HEADER Message-ID <1@x>", FieldContains(TextField.MESSAGE_ID, "<1@x>")),
        (b'HEADER Message-ID ""', HeaderContains("Message-ID", "")),
        (b"HEADER X-Foo bar", HeaderContains("X-Foo", "bar")),
        (b"SENTSINCE 1-Mar-2026", OnDate(DateField.SENT, Comparison.AT_LEAST, date(2026, 3, 1))),
        (b'BEFORE "1-Mar-2026"', OnDate(DateField.RECEIVED, Comparison.LESS, date(2026, 3, 1))),
        (b"LARGER 10", OfSize(Comparison.GREATER, 10)),
        (b"SMALLER 10", OfSize(Comparison.LESS, 10)),
        (b"MODSEQ 7", ChangedSince(7)),
        (b'MODSEQ "/flags/\\\\draft" all 7', ChangedSince(7)),
        (b"NOT NOT SEEN", NotKey(NotKey(HasFlag(SystemFlag.SEEN)))),
        (b"OR 1 (SEEN ALL)", OrKey(Numbered(ONE, by_uid=False), AllKeys((HasFlag(SystemFlag.SEEN), Everything())))),
        (b"SEEN BODY x", AllKeys((HasFlag(SystemFlag.SEEN), BodyContains("x")))),
        ('SUBJECT "tür"'.encode(), FieldContains(TextField.SUBJECT, "tür")),
    ],
)
def test_search_keys_are_read(data: bytes, key: SearchKey) -> None:
    assert parse(b"SEARCH " + data) == Search(SearchProgram(key, None), by_uid=False)
    assert parse(b"UID SEARCH CHARSET utf-8 " + data) == Search(SearchProgram(key, None), by_uid=True)


def test_search_return_options_are_read() -> None:
    def options(data: bytes) -> frozenset[ResultOption] | None:
        command = parse(b"SEARCH RETURN " + data + b" CHARSET US-ASCII ALL")
        assert isinstance(command, Search)
        return command.program.options

    assert options(b"(MIN COUNT)") == frozenset({ResultOption.MIN, ResultOption.COUNT})
    assert options(b"()") == frozenset({ResultOption.ALL})


def test_another_charset_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedCharset) as refused:
        parse(b"SEARCH CHARSET KOI8-R ALL")
    assert (refused.value.target, refused.value.tag) == ("KOI8-R", "a1")


def test_a_search_is_bounded_in_depth_and_width() -> None:
    parse(b"SEARCH " + b"NOT " * (DEEPEST - 1) + b"ALL")
    for data in (b"NOT " * 5000 + b"ALL", b"(" * 5000 + b"ALL" + b")" * 5000, b"ALL " * 600 + b"ALL"):
        with pytest.raises(InvalidImapCommand):
            parse(b"SEARCH " + data)


def test_names_are_in_utf8_where_that_is_agreed() -> None:
    assert parse('SELECT "Entwürfe"'.encode(), utf8=True) == Select("Entwürfe", read_only=False)
    assert parse(b'SELECT "A&B"', utf8=True) == Select("A&B", read_only=False)
    with pytest.raises(InvalidImapCommand):
        parse('SELECT "Entwürfe"'.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"FOO",
        b"UID",
        b"UID NOOP",
        b"UID SELECT x",
        b"NOOP ",
        b"NOOP x",
        b"LOGIN",
        b"LOGIN a",
        b"LOGIN a  b",
        b"LOGIN a b c",
        b'LOGIN "a b',
        b'LOGIN "a\\x" b',
        b"LOGIN a \xff",
        b'LOGIN a "\xff"',
        b"LOGIN {1+}\r\na{1+}\r\nb",
        b"LOGIN (a) b",
        b"ID",
        b'ID ("a")',
        b"ID (" + b'"a" "b" ' * 100 + b")",
        b"AUTHENTICATE",
        b"AUTHENTICATE PLAIN a b",
        b"AUTHENTICATE PLAIN ===",
        b"ENABLE",
        b"SELECT",
        b"SELECT &",
        b"SELECT " + b"x" * 5000,
        b"SELECT x (FOO)",
        b"SELECT x (QRESYNC (1))",
        b"SELECT x (QRESYNC (1 2 (1)))",
        b"SELECT x CONDSTORE",
        b"CREATE x (USE)",
        b"RENAME a",
        b"STATUS x ()",
        b"STATUS x (FOO)",
        b"STATUS x MESSAGES",
        b'LIST ""',
        b'LIST (FOO) "" *',
        b'LIST (RECURSIVEMATCH) "" *',
        b'LIST (REMOTE RECURSIVEMATCH) "" *',
        b'LIST "" ()',
        b'LIST "" (' + b"a " * 200 + b"b)",
        b'LIST "" * RETURN (FOO)',
        b'LIST "" * RETURN (STATUS)',
        b'LIST "" * FOO',
        b"APPEND x",
        b"APPEND x hi",
        b"APPEND x (\\Foo) {1+}\r\nx",
        b"APPEND x (\\Recent) {1+}\r\nx",
        b'APPEND x "yesterday" {1+}\r\nx',
        b"APPEND x {1+}\r\nx {1+}\r\ny",
        b"FETCH 1",
        b"FETCH 0 FLAGS",
        b"FETCH 1 ()",
        b"FETCH 1 FOO",
        b"FETCH 1 (FLAGS  UID)",
        b"FETCH 1 (FLAGS",
        b"FETCH 1 BODY[",
        b"FETCH 1 BODY[FOO]",
        b"FETCH 1 BODY[MIME]",
        b"FETCH 1 BODY[1.]",
        b"FETCH 1 BODY[.1]",
        b"FETCH 1 BODY[1..2]",
        b"FETCH 1 BODY[0]",
        b"FETCH 1 BODY[1.0]",
        b"FETCH 1 BODY[4294967296]",
        b"FETCH 1 BODY[" + b"1." * 200 + b"1]",
        b"FETCH 1 BODY[HEADER.FIELDS]",
        b"FETCH 1 BODY[HEADER.FIELDS ()]",
        b'FETCH 1 BODY[HEADER.FIELDS ("")]',
        b'FETCH 1 BODY[HEADER.FIELDS ("a b")]',
        b'FETCH 1 BODY[HEADER.FIELDS ("a:")]',
        b"FETCH 1 BODY[]<0.0>",
        b"FETCH 1 BODY[]<0>",
        b"FETCH 1 BODY[]<0.99999999999>",
        b"FETCH 1 FLAGS[]",
        b"FETCH 1 BINARY[HEADER]",
        b"FETCH 1 BINARY.SIZE[1]<0.1>",
        b"FETCH 1 FLAGS (VANISHED)",
        b"FETCH 1 FLAGS (CHANGEDSINCE 1 VANISHED)",
        b"UID FETCH 1 FLAGS (VANISHED)",
        b"FETCH 1 FLAGS (FOO 1)",
        b"STORE 1 FLAGS",
        b"STORE 1 FOO (\\Seen)",
        b"STORE 1 FLAGS (\\Seen",
        b"STORE 1 FLAGS (\\*)",
        b"STORE 1 (UNCHANGEDSINCE x) FLAGS ()",
        b"STORE 1 FLAGS (" + b" ".join(b"k%d" % number for number in range(MOST_KEYWORDS + 1)) + b")",
        b"COPY 1",
        b"COPY x y",
        b"SEARCH",
        b"SEARCH FOO",
        b"SEARCH (SEEN",
        b"SEARCH ()",
        b"SEARCH NOT",
        b"SEARCH OR SEEN",
        b"SEARCH SUBJECT",
        b"SEARCH SUBJECT \xff",
        b'SEARCH SUBJECT "\xff"',
        b"SEARCH BEFORE 32-Mar-2026",
        b"SEARCH LARGER -1",
        b"SEARCH LARGER " + b"9" * 20,
        b"SEARCH MODSEQ x",
        b'SEARCH MODSEQ "x" foo 1',
        b"SEARCH RETURN (FOO) ALL",
        b"SEARCH RETURN ALL",
        b"SEARCH CHARSET UTF-8",
        b"SEARCH UID x",
        b"SEARCH KEYWORD \\Seen",
    ],
)
def test_what_is_no_command_is_refused_with_its_tag(data: bytes) -> None:
    with pytest.raises(InvalidImapCommand) as refused:
        parse(data)
    assert refused.value.tag == "a1"
    assert refused.value.message.isascii()


@pytest.mark.parametrize(
    "data", [b"", b" NOOP", b"+ NOOP", b"a+b NOOP", b"( NOOP", b'"a" NOOP', b"\xff NOOP", b"a" * 300]
)
def test_a_command_without_a_tag_is_refused_without_one(data: bytes) -> None:
    with pytest.raises(InvalidImapCommand) as refused:
        parse_command(CommandText(data))
    assert refused.value.tag is None


def test_a_password_is_in_no_representation() -> None:
    assert "secret" not in repr(parse(b"LOGIN terrya secret"))
    assert "c2VjcmV0" not in repr(parse(b"AUTHENTICATE PLAIN c2VjcmV0"))

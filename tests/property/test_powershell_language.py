"""The language takes anything: a text gives a tree or an error of ours, and a tree prints as a text that gives it again.

For a long run: ``pytest --hypothesis-profile=fuzz tests/property/test_powershell_language.py``.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from delegacy.admin.shell.highlighting import highlighted
from delegacy.domain.errors import InvalidFilter
from delegacy.domain.recipient_filter import parse_filter
from delegacy.powershell.binder import NO_VALUE, Argument, Binder
from delegacy.powershell.completion import Identity
from delegacy.powershell.cursor import NESTING_LIMIT
from delegacy.powershell.errors import ParseError, PowerShellError
from delegacy.powershell.limits import Limits
from delegacy.powershell.metadata import cmdlet_info
from delegacy.powershell.parser import Parser, is_incomplete, parse
from delegacy.powershell.printer import print_tree
from delegacy.powershell.syntax import ScriptBody
from delegacy.powershell.tokenizer import Tokenizer
from delegacy.powershell.tokens import Mode, Source, Token
from support.powershell_scripts import EXPRESSIONS, SCRIPTS, SOUP
from support.powershell_world import CMDLETS, Shell

ANY_TEXT = st.one_of(SOUP, SCRIPTS, st.text(max_size=60))
OFTEN = settings(deadline=None)
LIMITS = Limits(steps=3_000, call_depth=40)


def tree_or_error(text: str) -> ScriptBody | ParseError:
    try:
        return parse(text)
    except ParseError as error:
        return error


@OFTEN
@given(ANY_TEXT)
@example('"$(""a"")"')
@example("\ufeff")
@example('@"')
def test_any_text_is_a_script_or_a_parse_error(text: str) -> None:
    found = tree_or_error(text)
    if isinstance(found, ParseError):
        assert found.message
        assert 0 <= found.offset <= len(text)
        assert is_incomplete(text) == found.incomplete
    else:
        assert not is_incomplete(text)
        assert parse(print_tree(found)) == found


@OFTEN
@given(SCRIPTS)
def test_what_is_printed_is_the_same_script(text: str) -> None:
    tree = tree_or_error(text)
    if isinstance(tree, ParseError):
        return
    printed = print_tree(tree)
    assert parse(printed) == tree
    assert print_tree(parse(printed)) == printed


@OFTEN
@given(EXPRESSIONS)
def test_an_expression_ends_where_it_ends(text: str) -> None:
    """What is half of a script is never taken for the other half."""
    tree = tree_or_error(f"({text})")
    if not isinstance(tree, ParseError):
        assert parse(f"({text}\n)") == tree


@OFTEN
@given(ANY_TEXT)
@example('"$(""a"")"')
def test_highlighting_keeps_any_text_whole(text: str) -> None:
    assert "".join(part.text for part in highlighted(text)) == text


@OFTEN
@given(ANY_TEXT, st.sampled_from(Mode), st.integers(min_value=0, max_value=60))
def test_a_token_stands_where_it_says(text: str, mode: Mode, place: int) -> None:
    parser = Parser(Source(text))
    try:
        token = parser.tokenizer.scan(min(place, len(text)), mode)
    except ParseError:
        return
    assert text[token.start : token.end] == token.text
    assert token.end > token.start or token.start == len(text)


@OFTEN
@given(ANY_TEXT)
def test_a_session_survives_any_script(text: str) -> None:
    shell = Shell("y", files={"/home/x": b"a,b\r\n1,2\r\n"}, limits=LIMITS)
    shell.run(text)
    shell.host.answers.clear()
    shell.interpreter.run("$ErrorActionPreference = 'Continue'; $OFS = ' '")
    assert shell.run("1 + 1") == ["2"]


class NobodyKnown:
    def complete_identity(self, _kind: str, _prefix: str, _limit: int) -> Sequence[Identity]:
        return [Identity("Terry Adams"), Identity("x")]


@OFTEN
@given(ANY_TEXT, st.integers(min_value=0, max_value=80))
@example("until@{@{@{?  $$$ ", 18)
@example("@{? $$ ", 7)
@example("0[", 2)
def test_any_line_completes(text: str, place: int) -> None:
    cursor = min(place, len(text))
    found = Shell().interpreter.complete(text, cursor, NobodyKnown())
    assert 0 <= found.start <= cursor
    assert all(item.text and item.label for item in found.items)


ARGUMENTS = st.lists(
    st.builds(
        Argument,
        st.none()
        | st.sampled_from(["Identity", "User", "AccessRights", "A", "Own", "Deny", "Verbose", "ea", "wi", "", "None"]),
        st.just(NO_VALUE)
        | st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=4)
        | st.lists(st.text(max_size=3), max_size=3)
        | st.sampled_from(["FullAccess", "SendAs", "Stop"]),
    ),
    max_size=6,
)


@OFTEN
@given(ARGUMENTS, st.booleans(), st.sampled_from(CMDLETS))
def test_any_arguments_bind_or_are_refused(arguments: list[Argument], expects_input: bool, cmdlet: type) -> None:  # noqa: FBT001 - drawn
    info = cmdlet_info(cmdlet)
    arguments = [one for one in arguments if one.name is not None or one.value is not NO_VALUE]
    with suppress(PowerShellError):
        assert Binder(info).bind(arguments, expects_input=expects_input).set_name in info.set_names


FILTER_PIECES = st.sampled_from(
    (
        *("Alias", "Name", "HiddenFromAddressListsEnabled", "Nothing", " ", "-eq", "-ne", "-like", "-notlike", "-gt"),
        *("-and", "-or", "-not", "(", ")", "'x'", "'a''b'", '"c"', "'*'", "$true", "$false", "$null", "5", "{", "}"),
        *("'", '"', "!", "-"),
    )
)


@OFTEN
@given(st.lists(st.one_of(FILTER_PIECES, st.text(max_size=3)), max_size=25).map("".join) | st.text(max_size=60))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    with suppress(InvalidFilter):
        condition = parse_filter(text)
        assert parse_filter(str(condition)) == condition


# ------------------------------------------------------------------------------------------------------------- work that is done


@dataclass
class Work:
    """How often a place of a text was looked at."""

    scans: int = 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    done = Work()
    scan = Tokenizer.scan

    def counted(self: Tokenizer, position: int, mode: Mode, *, signed: bool = False) -> Token:
        done.scans += 1
        return scan(self, position, mode, signed=signed)

    monkeypatch.setattr(Tokenizer, "scan", counted)
    return done


OPEN_ENDED = [
    *(
        "(",
        "$(",
        '"$(',
        "{",
        "[",
        "@{a=",
        "@(",
        "$x[",
        "$x.a(",
        "[a[",
        "[A(",
        "if(1){",
        "function a{",
        "try{",
        "param(",
        "-not ",
    ),
    *(
        "switch(1){1{",
        "!",
        "-",
        "+",
        "++",
        ",",
        "1,",
        "1+",
        "$a=",
        "a|",
        "a ",
        "-b ",
        "a$(1)",
        '"$x" ',
        "$x.a",
        "<#",
        "@'\n",
        '@"\n',
    ),
    *(
        "[int]",
        "[A()]",
        "[A()]\n",
        "$x = 1\n",
        "'a' ",
        '""',
        "`",
        "$",
        "${",
        ":",
        "1..",
        "-split ",
        "::a",
        ">b ",
        "elseif(1){}",
    ),
    *('"$(""a"")"\n', '"$(" ', "'$(", "#\n", "@x ", "&", "a&", "...", "0x", "1e", "\u2018", "\u201c", "\ufeff", "\0"),
]


@pytest.mark.parametrize("unit", OPEN_ENDED)
@pytest.mark.parametrize("read", [parse, is_incomplete, highlighted])
def test_twice_the_text_is_twice_the_work(unit: str, read: Callable[[str], object], work: Work) -> None:
    def looks(count: int) -> int:
        work.scans = 0
        with suppress(ParseError):
            read(unit * count)
        return work.scans

    few, many = looks(400), looks(800)
    assert many <= 3 * few + 200


@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("$(", ")"), ("@(", ")"), ("{", "}"), ('"$(', ')"')])
def test_nesting_has_an_end(opening: str, closing: str) -> None:
    deep = NESTING_LIMIT * 3
    with pytest.raises(ParseError) as raised:
        parse(opening * deep + "1" + closing * deep)
    assert raised.value.error_id == "ScriptTooComplicated"
    assert not raised.value.incomplete

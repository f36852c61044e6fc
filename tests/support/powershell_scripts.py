"""Scripts by chance: texts that are PowerShell, texts that nearly are, and texts that are none."""

from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

_MARKS: Final = (
    *(
        "$(",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "@(",
        "@{",
        "'",
        '"',
        '""',
        "`",
        "#",
        "<#",
        "#>",
        "@'\n",
        "\n'@",
        '@"\n',
        '\n"@',
    ),
    *(
        "|",
        "||",
        "&",
        "&&",
        ";",
        "\n",
        "\r\n",
        ",",
        ".",
        "::",
        "..",
        "=",
        "+=",
        "++",
        "--",
        "-",
        "+",
        "*",
        "/",
        "%",
        "!",
    ),
    *(">", ">>", "2>&1", "<", ":", "?", "\\", "$", "@", "\0", "\ufeff", "\u00a0", "\u2013", "\u2018", "\u201d"),
)
_WORDS: Final = (
    *(
        "if",
        "else",
        "elseif",
        "foreach",
        "in",
        "for",
        "while",
        "do",
        "until",
        "switch",
        "function",
        "filter",
        "param",
        "begin",
    ),
    *(
        "process",
        "end",
        "try",
        "catch",
        "finally",
        "throw",
        "return",
        "break",
        "continue",
        "exit",
        "trap",
        "class",
        "default",
    ),
    *(
        "-eq",
        "-not",
        "-match",
        "-split",
        "-join",
        "-f",
        "-is",
        "-as",
        "-and",
        "-band",
        "-in",
        "-replace",
        "-ErrorAction:",
    ),
    *(
        "Get-Mailbox",
        "Write-Output",
        "ForEach-Object",
        "%",
        "?",
        "-Identity",
        "-Filter",
        "Terry",
        "$_",
        "$x",
        "${a b}",
        "$x.y",
    ),
    *(
        "[int]",
        "[string[]]",
        "[CmdletBinding()]",
        "[Parameter(Mandatory)]",
        "1",
        "0x1F",
        "1.5e3",
        "2kb",
        "1..3",
        "@x",
        ":label",
    ),
)
SOUP: Final[SearchStrategy[str]] = st.lists(
    st.one_of(st.sampled_from(_MARKS), st.sampled_from(_WORDS), st.just(" "), st.text(max_size=4)), max_size=40
).map("".join)
"""Anything at all, made of what PowerShell is made of."""

_NAMES: Final = st.sampled_from(["x", "Name", "a_1", "_", "global:g", "if"])
_TEXTS: Final = st.text(st.characters(codec="utf-8"), max_size=8)


def _single_quoted(text: str) -> str:
    doubled = "".join(character * 2 if character in "'\u2018\u2019\u201a\u201b" else character for character in text)
    return f"'{doubled}'"


_ATOMS: Final = st.one_of(
    _NAMES.map("${{{}}}".format),
    st.integers(-(2**40), 2**40).map(str),
    st.floats(0, 1e10).map(lambda value: f"{value:.3f}"),
    _TEXTS.map(_single_quoted),
    st.sampled_from(["$true", "$null", "$_", "@()", "@{}", "2kb", "0x10", "1.50d", "[int]", "'x'.Length", "$h['a']"]),
)
_BINARY: Final = st.sampled_from(
    (
        *("+", "-", "*", "/", "%", "..", ",", "-eq", "-cne", "-like", "-match", "-contains", "-in", "-f", "-join"),
        *("-split", "-replace", "-and", "-or", "-xor", "-band", "-shl", "-is", "-as"),
    )
)
_UNARY: Final = st.sampled_from(
    ["-not ", "!", "- ", "-join ", "-split ", "-bnot ", ", ", "[string]", "[int[]]", "[ValidateSet('a')]"]
)


def _expressions(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, _BINARY, inner).map(" ".join),
        st.tuples(_UNARY, inner).map("".join),
        inner.map("({})".format),
        inner.map("$({})".format),
        inner.map("@({})".format),
        st.tuples(inner, inner).map("@{{ a = {0[0]}; 'b c' = {0[1]} }}".format),
        inner.map("{{ {} }}".format),
        inner.map("{{ param($p) {} }}".format),
        inner.map('"a $({}) b"'.format),
        inner.map("$x[{}]".format),
        inner.map("$x.Method({})".format),
        inner.map("[math]::Round({})".format),
        inner.map("$x.where({{ {} }})".format),
    )


EXPRESSIONS: Final[SearchStrategy[str]] = st.recursive(_ATOMS, _expressions, max_leaves=8)


@st.composite
def commands(draw: DrawFn) -> str:
    """Return a command with arguments of all kinds."""
    argument = st.one_of(
        EXPRESSIONS.map("({})".format),
        _ATOMS.filter(lambda atom: not atom.startswith(("-", "["))),
        st.sampled_from(
            ["-Name", "-Switch:$true", "-List a,b", "word", "*", "a$x", "@splat", "c:\\path", "2>$null", "--", "-x:(1)"]
        ),
    )
    name = draw(st.sampled_from(["Get-Mailbox", "Write-Output", "& $block", ". 'file'", "%", "?", "where"]))
    return " ".join([name, *draw(st.lists(argument, max_size=4))])


def _statements(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    body = st.lists(inner, max_size=3).map("\n".join)
    condition = EXPRESSIONS
    return st.one_of(
        st.tuples(condition, body, body).map("if ({0[0]}) {{ {0[1]} }} elseif ($y) {{ }} else {{\n{0[2]}\n}}".format),
        st.tuples(condition, body).map(":l while ({0[0]}) {{ {0[1]}\nbreak l }}".format),
        st.tuples(body, condition).map("do {{ {0[0]} }} until ({0[1]})".format),
        st.tuples(condition, body).map("foreach ($i in {0[0]}) {{ {0[1]} }}".format),
        st.tuples(condition, body).map("for ($i = 0; {0[0]}; $i++) {{ {0[1]} }}".format),
        st.tuples(condition, condition, body).map(
            "switch -regex ({0[0]}) {{ ({0[1]}) {{ {0[2]} }} word {{ }} default {{ continue }} }}".format
        ),
        body.map("try {{ {} }} catch [System.Exception], [int] {{ throw }} finally {{ }}".format),
        body.map(
            "function Do-It {{ [CmdletBinding()] param([Parameter(Position = 0)][int]$n = 5, $m) process {{ {} }} }}".format
        ),
        body.map("filter f {{ {} }}".format),
    )


_SIMPLE: Final = st.one_of(
    EXPRESSIONS,
    commands(),
    st.tuples(commands(), commands()).map(" | ".join),
    st.tuples(st.sampled_from(["$x", "$x.y", "$x[0]", "$a, $b", "[int]$n"]), EXPRESSIONS).map(" = ".join),
    EXPRESSIONS.map("$x += {}".format),
    EXPRESSIONS.map("return {}".format),
    commands().map("throw {}".format),
)
SCRIPTS: Final[SearchStrategy[str]] = st.lists(
    st.recursive(_SIMPLE, _statements, max_leaves=5), min_size=1, max_size=3
).map("\n".join)
"""Scripts that nearly always are PowerShell."""

import pytest

from delegacy.admin.shell.highlighting import Role, highlighted


def roles(text: str) -> dict[str, Role]:
    """Return the role of each part, plain ones and blanks left out."""
    return {part.text: part.role for part in highlighted(text) if part.role is not Role.PLAIN}


def test_a_command_line_is_read_as_the_parser_reads_it() -> None:
    assert roles("Get-Mailbox -Identity 'Terry Adams' | where {$_.Name -like 3} # who") == {
        "Get-Mailbox": Role.COMMAND,
        "-Identity": Role.PARAMETER,
        "'Terry Adams'": Role.STRING,
        "|": Role.OPERATOR,
        "where": Role.COMMAND,
        "$_": Role.VARIABLE,
        "Name": Role.MEMBER,
        "-like": Role.OPERATOR,
        "3": Role.NUMBER,
        "# who": Role.COMMENT,
    }


def test_the_same_characters_are_a_parameter_of_a_command_and_an_operator_of_an_expression() -> None:
    assert roles("x -eq 1")["-eq"] is Role.PARAMETER
    assert roles("$x -eq 1")["-eq"] is Role.OPERATOR


def test_variables_and_scripts_in_strings_stand_out() -> None:
    found = roles('"a $x $(Get-User b)"')
    assert found['"a '] is found['"'] is Role.STRING
    assert found["$x"] is Role.VARIABLE
    assert found["Get-User"] is Role.COMMAND


def test_keywords_are_keywords_only_where_they_are() -> None:
    found = roles("foreach ($i in $x) { if ($i) { break } else { y } }")
    assert {word for word, role in found.items() if role is Role.KEYWORD} == {"foreach", "in", "if", "break", "else"}
    assert roles("1 | foreach { 2 }")["foreach"] is Role.COMMAND
    assert "in" not in roles("Get-Mailbox in")


def test_keys_of_a_hashtable_are_no_commands() -> None:
    found = roles("Set-Mailbox x -GrantSendOnBehalfTo @{Add='a'; Remove=(Get-Mailbox b)}")
    assert "Add" not in found
    assert "Remove" not in found
    assert found["Get-Mailbox"] is Role.COMMAND


def test_types_and_members_are_told_from_text() -> None:
    found = roles("[System.Math]::Round([int[]] $x).ToString()")
    assert found["System.Math"] is found["int[]"] is Role.TYPE
    assert found["Round"] is found["ToString"] is Role.MEMBER


@pytest.mark.parametrize("text", ["'Terry", '"Terry', "@'\nTerry", "\u201cTerry"])
def test_a_string_is_one_before_it_ends(text: str) -> None:
    assert roles(f"Get-Mailbox {text}")[text] is Role.STRING


def test_a_comment_is_one_before_it_ends() -> None:
    assert roles("a <# b\nc") == {"a": Role.COMMAND, "<# b\nc": Role.COMMENT}


@pytest.mark.parametrize(("text", "wrong"), [("Get-Mailbox )", ")"), ("class X {}", "class"), ("a && b", "&&")])
def test_what_the_parser_refuses_is_marked(text: str, wrong: str) -> None:
    assert roles(text)[wrong] is Role.ERROR


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "(" * 5000, "{" * 200, "$(" * 5000, '"$(' * 300, "\x00\ud800\x1b", "@", "<#"]
)
def test_any_text_comes_back_whole(text: str) -> None:
    assert "".join(part.text for part in highlighted(text)) == text


def test_lines_that_are_not_finished_are_highlighted_as_far_as_they_go() -> None:
    assert roles("if ($x) {\n  Get-Mailbox") == {"if": Role.KEYWORD, "$x": Role.VARIABLE, "Get-Mailbox": Role.COMMAND}

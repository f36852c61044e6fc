from delegacy.reference.markdown import MARK, block, bullets, page, table


def test_a_bar_within_a_cell_ends_no_column() -> None:
    assert table(("A", "B"), [("open|send", "x")]) == "| A | B |\n| --- | --- |\n| open\\|send | x |"


def test_parts_that_are_empty_leave_no_gap() -> None:
    assert page("Title", "one", "", "two") == f"# Title\n\n{MARK}\n\none\n\ntwo\n"


def test_blocks_and_lists() -> None:
    assert block(["a", "b"], "toml") == "```toml\na\nb\n```"
    assert bullets(["a", "b"]) == "- a\n- b"

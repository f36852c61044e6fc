"""Golden transcripts: text files with what is typed at a prompt and what each stream must show.

``== title`` begins a section with a session of its own; options may follow in brackets: ``== title [width 60, terminal, no files]``.
``PS>`` lines are typed; ``>>`` lines continue them. What follows must be shown, line by line, in this order:

- plain lines are the output. Where blanks count, a line stands between bars: ``|Name  |``.
- ``[host]`` is Write-Host; ``[warning]``, ``[verbose]``, ``[debug]``, ``[information]`` are the other streams; ``[asked]`` is a question.
- ``[error]`` is an error, followed by its id in parentheses; in a section with ``[full errors]``, every line of it.

``# `` begins a comment. Before the first ``PS>`` of a section, ``answers: y, n`` lie ready for its questions, and ``file data.csv:`` is followed by
the lines of a file, each after a ``< ``. Blank lines before the next ``PS>`` or ``==`` do not count.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from support.powershell_world import Shell

_SECTION: Final = re.compile(r"== (?P<title>.*?)(?: \[(?P<options>[^\]]*)\])?")
_PLACE: Final = re.compile(r"^At .*:\d+ char:\d+\n\+ .*\n\+ +~+\n?", re.MULTILINE)
_ID: Final = re.compile(r"^    \+ FullyQualifiedErrorId : (?P<id>.*)$", re.MULTILINE)


@dataclass
class Step:
    """What is typed, where it stands in the file, and what it must show."""

    line: int
    typed: str
    shown: list[str] = field(default_factory=list)


@dataclass
class Section:
    """Steps of one session."""

    title: str
    options: frozenset[str] = frozenset()
    answers: tuple[str, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def play(self) -> Iterator[tuple[Step, list[str]]]:
        """Run the steps in one session, and return each with what it has shown."""
        shell = self.shell()
        for step in self.steps:
            before = len(shell.host.transcript)
            shell.run(step.typed)
            yield step, list(self._lines(shell.host.transcript[before:]))

    def shell(self) -> Shell:
        """Return the session that the options ask for."""
        width = next((int(option.split()[1]) for option in self.options if option.startswith("width ")), 80)
        return Shell(
            *self.answers,
            files=self.files,
            width=width,
            is_terminal="terminal" in self.options,
            has_files="no files" not in self.options,
        )

    def _lines(self, transcript: list[tuple[str, str]]) -> Iterator[str]:
        for stream, text in transcript:
            if stream == "error" and "full errors" not in self.options:
                text = _in_brief(text)  # noqa: PLW2901 - the same, shorter
            for line in text.split("\n"):
                yield _marked(line) if stream == "success" else f"[{stream}] {line}".rstrip()


def _marked(line: str) -> str:
    """Return a line of the output as a transcript writes it: between bars where blanks at its end count."""
    return (
        f"|{line}|"
        if line != line.rstrip() or not line or line.startswith(("#", "|", "[", "==", "PS>", ">>"))
        else line
    )


def _in_brief(text: str) -> str:
    """Return an error without its place: the message and the id."""
    found = _ID.search(text)
    message, _, _ = _PLACE.sub("", text).partition("    + CategoryInfo")
    return message.rstrip("\n") + (f" ({found['id']})" if found else "")


def sections(file: Path) -> list[Section]:
    """Read a transcript."""
    reader = _Reader()
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line != "#" and not line.startswith("# "):
            assert reader.read(number, line), f"{file.name}:{number}: {line}"
    for step in [step for section in reader.sections for step in section.steps]:
        while step.shown and not step.shown[-1]:
            step.shown.pop()
    return reader.sections


class _Reader:
    def __init__(self) -> None:
        self.sections: list[Section] = []
        self._file = ""

    def read(self, number: int, line: str) -> bool:
        """Take a line; return whether it could stand where it stands."""
        kind, _, rest = line.partition(" ")
        if kind == "==":
            return self._begin(line)
        if not self.sections:
            return not line
        section = self.sections[-1]
        if kind == "PS>":
            section.steps.append(Step(number, rest))
            return True
        if section.steps and kind == ">>":
            section.steps[-1].typed += f"\n{rest}"
            return True
        if section.steps:
            section.steps[-1].shown.append(line)
            return True
        return self._prepare(section, line)

    def _begin(self, line: str) -> bool:
        head = _SECTION.fullmatch(line)
        if head is not None:
            self.sections.append(
                Section(head["title"], frozenset(filter(None, re.split(r", *", head["options"] or ""))))
            )
        return head is not None

    def _prepare(self, section: Section, line: str) -> bool:
        """Take what stands before the first step of a section."""
        kind, _, rest = line.partition(" ")
        if kind == "answers:":
            section.answers = tuple(re.split(r", *", rest))
        elif kind == "file":
            self._file = f"/home/{rest.removesuffix(':')}"
            section.files[self._file] = b""
        elif kind == "<":
            section.files[self._file] += rest.encode() + b"\r\n"
        return kind in ("answers:", "file", "<", "")

"""What completion answers: the ways to go on from a place in the text. A line editor needs no more of the language to show them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to go on: what is put in, quoted where it must be, and what the list of suggestions shows."""

    text: str
    label: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What could stand from a place in the text up to the cursor."""

    start: int
    items: tuple[Suggestion, ...] = ()

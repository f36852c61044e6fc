"""Search criteria as SQL over messages ``m`` and their contents ``c``."""

from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from delegacy.domain.mail_search import (
    All,
    ChangedSince,
    Comparison,
    DateField,
    Either,
    Everything,
    FieldContains,
    HasFlag,
    HasKeyword,
    KeptCriterion,
    Not,
    OfSize,
    OnDate,
    TextField,
    fold_text,
)
from delegacy.store.connection import Dialect

_TEXT_COLUMNS: Final = MappingProxyType(
    {
        TextField.FROM: "c.sender",
        TextField.TO: "c.recipients_to",
        TextField.CC: "c.recipients_cc",
        TextField.BCC: "c.recipients_bcc",
        TextField.SUBJECT: "c.subject",
        TextField.MESSAGE_ID: "c.message_id",
    }
)

Condition = tuple[str, tuple[object, ...]]


class SearchCompiler:
    """Turns a criterion into a condition. ``needs_content`` tells, afterwards, whether contents have to be joined."""

    def __init__(self, dialect: Dialect) -> None:
        self._position = "instr" if dialect is Dialect.SQLITE else "strpos"
        self.needs_content = False

    def compile(self, criterion: KeptCriterion | Not | All | Either) -> Condition:
        """Return the condition, with its values. Raises ``TypeError`` for a criterion for which messages have to be read."""
        match criterion:
            case Not(HasFlag(flag)):  # spelled as the index of unseen messages is
                return f"(m.system_flags & {int(flag)}) = 0", ()
            case Not(inner):
                sql, values = self.compile(_kept(inner))
                return f"NOT ({sql})", values
            case All(criteria):
                return _joined([self.compile(_kept(inner)) for inner in criteria], " AND ", "1 = 1")
            case Either(one, other):
                return _joined([self.compile(_kept(one)), self.compile(_kept(other))], " OR ", "1 = 0")
            case Everything():
                return "1 = 1", ()
            case _:
                return self._leaf(criterion)

    def _leaf(self, criterion: HasFlag | HasKeyword | FieldContains | OnDate | OfSize | ChangedSince) -> Condition:
        match criterion:
            case HasFlag(flag):
                return f"(m.system_flags & {int(flag)}) <> 0", ()
            case HasKeyword(keyword):
                return f"{self._position}(' ' || lower(m.keywords) || ' ', ?) > 0", (f" {keyword.lower()} ",)
            case FieldContains(field, text):
                self.needs_content = True
                return f"{self._position}({_TEXT_COLUMNS[field]}, ?) > 0", (_searched(text),)
            case OnDate(field, comparison, day):
                return self._on_date(field, comparison, day)
            case OfSize(comparison, size):
                return f"m.size {comparison.value} ?", (size,)
            case ChangedSince(modseq):
                return "m.modseq >= ?", (modseq,)

    def _on_date(self, field: DateField, comparison: Comparison, day: date) -> Condition:
        if field is DateField.SENT:
            self.needs_content = True
            # A message without a date that can be read is sent on no day at all.
            return f"(c.sent_on IS NOT NULL AND c.sent_on {comparison.value} ?)", (day.toordinal(),)
        start = _seconds(day)
        match comparison:
            case Comparison.LESS:
                return "m.received < ?", (start,)
            case Comparison.AT_LEAST:
                return "m.received >= ?", (start,)
            case Comparison.EQUAL:
                return "(m.received >= ? AND m.received < ?)", (start, start + _DAY)
            case Comparison.GREATER:
                return "m.received >= ?", (start + _DAY,)


_DAY: Final = int(timedelta(days=1).total_seconds())


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


def _searched(text: str) -> str:
    return fold_text(text.replace("\0", ""))


def _kept(criterion: object) -> KeptCriterion | Not | All | Either:
    if isinstance(criterion, KeptCriterion | Not | All | Either):
        return criterion
    raise TypeError(f"{type(criterion).__name__} can't be answered without reading messages")


def _joined(conditions: list[Condition], word: str, empty: str) -> Condition:
    if not conditions:
        return empty, ()
    return (
        word.join(f"({sql})" for sql, _ in conditions),
        tuple(value for _, values in conditions for value in values),
    )

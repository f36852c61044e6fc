"""Expressions: operators, literals, members, and the script blocks and hashtables inside them."""

from __future__ import annotations

import re
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Self

from delegacy.powershell.cursor import Cursor
from delegacy.powershell.errors import ParseError
from delegacy.powershell.syntax import (
    Access,
    ArrayExpression,
    ArrayLiteral,
    Attribute,
    Attributed,
    Block,
    Call,
    Cast,
    ExpandableText,
    Expression,
    HashtableExpression,
    Increment,
    Index,
    Member,
    Number,
    Operation,
    Parenthesized,
    ScriptBlockExpression,
    ScriptBody,
    Statement,
    SubExpression,
    Text,
    TypeExpression,
    TypeName,
    Unary,
    Variable,
)
from delegacy.powershell.tokenizer import DOUBLE_QUOTES
from delegacy.powershell.tokens import Extent, Mode, Source, Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOGICAL, _BITWISE, _COMPARISON, _ADDITIVE, _MULTIPLICATIVE, _FORMAT, _RANGE = range(1, 8)
_PRECEDENCE: Final = {
    **dict.fromkeys(("and", "or", "xor"), _LOGICAL),
    **dict.fromkeys(("band", "bor", "bxor"), _BITWISE),
    **dict.fromkeys(("+", "-"), _ADDITIVE),
    **dict.fromkeys(("*", "/", "%", "shl", "shr"), _MULTIPLICATIVE),
    "f": _FORMAT,
    "..": _RANGE,
    "not": 0,
    "bnot": 0,
}
REREADING_LIMIT: Final = 100
_UNARY: Final = frozenset({"not", "bnot", "-", "+", "join", "split", "isplit", "csplit"})
_MEMBER_NAME: Final = re.compile(r"\w+")
_SIMPLE_NAME: Final = re.compile(r"[^\W\d]\w*")
_NO_OPERAND: Final = frozenset(
    {
        TokenKind.NEWLINE,
        TokenKind.COMMA,
        TokenKind.END,
        TokenKind.RIGHT_PAREN,
        TokenKind.RIGHT_BRACE,
        TokenKind.SEMICOLON,
    }
)


def _single_quotes_of_doubled(text: str, start: int) -> str | None:
    """Return the text with each doubled or escaped double quote as one quote and a blank, up to the parenthesis that closes.

    No character changes its place. None when there is no such quote.
    """
    characters = list(text)
    depth, position, opening, changed = 1, start, True, False
    while position < len(text) and depth:
        character = text[position]
        if text[position + 1 : position + 2] in tuple(DOUBLE_QUOTES) and character in "`" + DOUBLE_QUOTES:
            characters[position : position + 2] = [" ", '"'] if opening else ['"', " "]
            opening, changed = not opening, True
            position += 1
        elif character in "()":
            depth += 1 if character == "(" else -1
        position += 1
    return "".join(characters) if changed else None


def precedence(operator: str) -> int:
    """Return how tightly a binary operator binds; 0 when it is none."""
    return _PRECEDENCE.get(operator, _COMPARISON)


class ExpressionParser(Cursor):
    """Parses expressions. Statements inside them are the business of the class below."""

    _commas_separate = False
    _rereadings = 0

    # -------------------------------------------------------------------------------------------- what a subclass provides

    def statement(self) -> Statement | None:
        """Parse one statement; None when there is none."""
        raise NotImplementedError

    def pipeline_or_assignment(self) -> Statement | None:
        """Parse a pipeline or an assignment; None when there is none."""
        raise NotImplementedError

    def attribute(self, bracket: Token, name: TypeName) -> Attribute:
        """Parse the arguments of an attribute, from `(` to `]`."""
        raise NotImplementedError

    def statements(self, closer: TokenKind) -> Block:
        """Parse statements up to a closing token, which is not taken."""
        raise NotImplementedError

    def script_body(self, closer: TokenKind) -> ScriptBody:
        """Parse the inside of a script block up to a closing token, which is not taken."""
        raise NotImplementedError

    # ---------------------------------------------------------------------------------------------------------- operators

    @contextmanager
    def commas_separate(self, *, separate: bool) -> Iterator[None]:
        """Say whether a comma parts arguments here, rather than making an array."""
        before, self._commas_separate = self._commas_separate, separate
        try:
            yield
        finally:
            self._commas_separate = before

    def expression(self) -> Expression | None:
        """Parse an expression; None, with nothing taken, when what follows is not one."""
        with self.reading(Mode.EXPRESSION):
            first = self.array_literal()
            if first is None:
                return None
            operands, operators = [first], []
            while (token := self.peek()).kind is TokenKind.OPERATOR and precedence(str(token.value)):
                self.take(token)
                self.skip_newlines()
                operand = self.array_literal()
                if operand is None:
                    raise self.error(
                        f"You must provide a value expression following the '{token.text}' operator.",
                        "ExpectedValueExpression",
                        self.peek(),
                    )
                operators.append(str(token.value))
                operands.append(operand)
            return self._combined(operands, operators)

    def required_expression(self, after: str) -> Expression:
        """Parse an expression that must be there."""
        found = self.expression()
        if found is None:
            raise self.error(f"Missing expression after '{after}'.", "MissingExpressionAfterToken", self.peek())
        return found

    def _combined(self, operands: list[Expression], operators: list[str]) -> Expression:
        """Join operands and operators by precedence, the tightest first."""
        for level in range(_RANGE, 0, -1):
            if not operators:
                break
            joined, kept = [operands[0]], list[str]()
            chain: list[tuple[str, Expression]] = []
            for operator, operand in zip(operators, operands[1:], strict=True):
                if precedence(operator) == level:
                    chain.append((operator, operand))
                    continue
                joined[-1] = self._operation(joined[-1], chain)
                chain = []
                kept.append(operator)
                joined.append(operand)
            joined[-1] = self._operation(joined[-1], chain)
            operands, operators = joined, kept
        return operands[0]

    def _operation(self, first: Expression, rest: list[tuple[str, Expression]]) -> Expression:
        if not rest:
            return first
        return Operation(first, tuple(rest), extent=Extent(self.source, first.extent.start, rest[-1][1].extent.end))

    def array_literal(self) -> Expression | None:
        """Parse operands joined by commas."""
        first = self.unary()
        if first is None or self._commas_separate or self.peek().kind is not TokenKind.COMMA:
            return first
        items = [first]
        while (comma := self.take_if(TokenKind.COMMA)) is not None:
            self.skip_newlines()
            item = self.unary()
            if item is None:
                raise self.error(
                    f"Missing expression after '{comma.text}'.", "MissingExpressionAfterToken", self.peek()
                )
            items.append(item)
        return ArrayLiteral(tuple(items), extent=self.extent(first.extent.start))

    def unary(self) -> Expression | None:
        """Parse an operand with what stands before and after it."""
        token = self.peek(signed=True)
        found: Expression | None
        if self._is_prefix(token):
            found = self._prefixed(token)
        elif token.kind is TokenKind.LEFT_BRACKET:
            found = self._type_or_cast(token)
        else:
            found = self.primary(token)
        if found is None:
            return None
        after = self.peek()
        if after.kind is TokenKind.INCREMENT:
            self.take(after)
            self.check_assignable(found, after)
            return Increment(
                str(after.value or after.text), found, is_prefix=False, extent=self.extent(found.extent.start)
            )
        return found

    def _is_prefix(self, token: Token) -> bool:
        if token.kind is TokenKind.OPERATOR:
            return token.value in _UNARY
        return token.kind is TokenKind.INCREMENT or (token.kind is TokenKind.COMMA and not self._commas_separate)

    def _prefixed(self, token: Token) -> Expression:
        self.take(token)
        self.skip_newlines()
        with self.deeper():
            operand = self.unary()
        if operand is None:
            raise self.error(
                f"Missing expression after unary operator '{token.text}'.",
                "MissingExpressionAfterOperator",
                self.peek(),
            )
        extent = self.extent(token.start)
        if token.kind is TokenKind.COMMA:
            return ArrayLiteral((operand,), extent=extent)
        if token.kind is TokenKind.INCREMENT:
            self.check_assignable(operand, token)
            return Increment(str(token.value or token.text), operand, is_prefix=True, extent=extent)
        return Unary(str(token.value), operand, extent=extent)

    def _type_or_cast(self, bracket: Token) -> Expression:
        self.take(bracket)
        name = self.type_name()
        if self.source.text.startswith("(", self.position):
            return self._attributed(bracket, name)
        self._close_type()
        extent = self.extent(bracket.start)
        if self.source.text.startswith((".", "::"), self.position) and not self.source.text.startswith(
            "..", self.position
        ):
            return self.with_steps(TypeExpression(name, extent=extent), index=False)
        if self.peek(signed=True).kind not in _NO_OPERAND:
            with self.deeper():
                operand = self.unary()
            if operand is not None:
                return Cast(name, operand, extent=self.extent(bracket.start))
        return TypeExpression(name, extent=extent)

    def _attributed(self, bracket: Token, name: TypeName) -> Expression:
        with self.deeper():
            attribute = self.attribute(bracket, name)
            self.skip_newlines()
            operand = self.unary()
        if operand is None:
            raise self.error(f"Unexpected attribute '{name.name}'.", "UnexpectedAttribute", bracket)
        return Attributed(attribute, operand, extent=self.extent(bracket.start))

    def _close_type(self) -> None:
        with self.reading(Mode.EXPRESSION):
            self.expect(
                TokenKind.RIGHT_BRACKET, "Missing ] at end of type token.", "EndSquareBracketExpectedAtEndOfType"
            )

    def check_assignable(self, target: Expression, token: Token) -> None:
        """Raise unless something can be assigned to the target."""
        if isinstance(target, ArrayLiteral) and token.kind is TokenKind.ASSIGNMENT:
            for item in target.items:
                self.check_assignable(item, token)
            return
        if isinstance(target, (Cast, Attributed)):
            self.check_assignable(target.operand, token)
            return
        if isinstance(target, Variable) or (isinstance(target, Access) and not isinstance(target.steps[-1], Call)):
            return
        if token.kind is TokenKind.INCREMENT:
            raise self.error(
                f"The '{token.text}' operator works only on variables or on properties.",
                "OperatorRequiresVariableOrProperty",
                token,
            )
        raise self.error(
            "The assignment expression is not valid. The input to an assignment operator must be an object that is able to accept "
            "assignments, such as a variable or a property.",
            "InvalidLeftHandSide",
            token,
        )

    # ------------------------------------------------------------------------------------------------------------- primary

    def primary(self, token: Token | None = None, *, steps: bool = True) -> Expression | None:
        """Parse a literal, a variable or something in brackets, with the members taken from it."""
        token = token or self.peek()
        found = self._plain(token) or self._enclosed(token)
        if found is None or not steps:
            return found
        return self.with_steps(found)

    def _plain(self, token: Token) -> Expression | None:
        kind, value = token.kind, token.value
        extent = Extent(self.source, token.start, token.end)
        found: Expression
        if kind is TokenKind.VARIABLE:
            found = Variable(str(value), extent=extent)
        elif kind is TokenKind.NUMBER and isinstance(value, (int, float, Decimal)):
            found = Number(value, token.text, extent=extent)
        elif kind is TokenKind.STRING:
            found = Text(str(value), extent=extent)
        elif kind is TokenKind.EXPANDABLE and isinstance(value, tuple):
            found = ExpandableText(value, extent=extent)
        elif kind is TokenKind.SPLAT:
            raise self.error(
                f"The splatting operator '@' cannot be used to reference variables in an expression. '{token.text}' can be used only "
                f"as an argument to a command. To reference variables in an expression use '${value}'.",
                "SplattingNotPermitted",
                token,
            )
        else:
            return None
        self.take(token)
        return found

    def _enclosed(self, token: Token) -> Expression | None:
        readers = {
            TokenKind.LEFT_PAREN: self._parenthesized,
            TokenKind.DOLLAR_PAREN: self._subexpression,
            TokenKind.AT_PAREN: self._array_expression,
            TokenKind.AT_BRACE: self._hashtable,
            TokenKind.LEFT_BRACE: self.script_block,
        }
        reader = readers.get(token.kind)
        if reader is None:
            return None
        self.take(token)
        with self.deeper(), self.commas_separate(separate=False), self.reading(Mode.COMMAND):
            return reader(token)

    def _parenthesized(self, opening: Token) -> Expression:
        self.skip_newlines()
        body = self.pipeline_or_assignment()
        if body is None:
            raise self.error("An expression was expected after '('.", "ExpectedExpression", self.peek())
        self.skip_newlines()
        self.expect(TokenKind.RIGHT_PAREN, "Missing closing ')' in expression.", "MissingEndParenthesisInExpression")
        return Parenthesized(body, extent=self.extent(opening.start))

    def _subexpression(self, opening: Token) -> Expression:
        body = self._statements_in_parens()
        return SubExpression(body, extent=self.extent(opening.start))

    def _array_expression(self, opening: Token) -> Expression:
        body = self._statements_in_parens()
        return ArrayExpression(body, extent=self.extent(opening.start))

    def _statements_in_parens(self) -> Block:
        body = self.statements(TokenKind.RIGHT_PAREN)
        self.expect(
            TokenKind.RIGHT_PAREN, "Missing closing ')' in subexpression.", "MissingEndParenthesisInSubexpression"
        )
        return body

    def subexpression_in_text(self, position: int, escaped_quotes: bool) -> tuple[Expression, int]:  # noqa: FBT001 - a callback
        """Parse what stands after `$(` in a string; return the node and the place after `)`.

        Double quotes in it may be written doubled or after a backtick, though they need not be. So that is tried second.
        """
        saved = self.position, self.last_end
        try:
            return self._nested_subexpression(position)
        except ParseError:
            plain = _single_quotes_of_doubled(self.source.text, position) if escaped_quotes else None
            if plain is None or self._rereadings >= REREADING_LIMIT:
                raise
            self._rereadings += 1
            nested = self.rereading(Source(plain, self.source.name))
            nested._rereadings = REREADING_LIMIT  # noqa: SLF001 - one of our own
            nested._depth = self._depth  # noqa: SLF001 - one of our own
            return nested.subexpression_in_text(position, escaped_quotes=False)
        finally:
            self.position, self.last_end = saved

    def rereading(self, source: Source) -> Self:
        """Return a parser for the same text with other quotes."""
        return type(self)(source)

    def _nested_subexpression(self, position: int) -> tuple[Expression, int]:
        self.position = position
        with self.deeper(), self.commas_separate(separate=False), self.reading(Mode.COMMAND):
            body = self._statements_in_parens()
        return SubExpression(body, extent=Extent(self.source, position - 2, self.position)), self.position

    def script_block(self, opening: Token) -> Expression:
        """Parse a script block whose `{` was taken."""
        body = self.script_body(TokenKind.RIGHT_BRACE)
        self.close_brace(opening)
        return ScriptBlockExpression(body, extent=self.extent(opening.start))

    def _hashtable(self, opening: Token) -> Expression:
        entries: list[tuple[Expression, Statement]] = []
        self.skip_separators()
        while (key := self._key()) is not None:
            entries.append((key, self._hashtable_value()))
            if self.peek().kind not in (TokenKind.NEWLINE, TokenKind.SEMICOLON):
                break
            self.skip_separators()
        token = self.peek()
        if token.kind is not TokenKind.RIGHT_BRACE and token.kind is not TokenKind.END:
            raise self.unexpected(token)
        self.expect(TokenKind.RIGHT_BRACE, "The hash literal was incomplete.", "IncompleteHashLiteral")
        return HashtableExpression(tuple(entries), extent=self.extent(opening.start))

    def _key(self) -> Expression | None:
        with self.reading(Mode.EXPRESSION):
            name = self.simple_name(_SIMPLE_NAME)
            return name or self.unary()

    def _hashtable_value(self) -> Statement:
        with self.reading(Mode.EXPRESSION):
            equals = self.peek()
            if equals.kind is not TokenKind.ASSIGNMENT or equals.text != "=":
                raise self.error(
                    "Missing '=' operator after key in hash literal.", "MissingEqualsInHashLiteral", equals
                )
            self.take(equals)
        self.skip_newlines()
        value = self.statement()
        if value is None:
            raise self.error(
                "Missing statement after '=' in hash literal.", "MissingStatementInHashLiteral", self.peek()
            )
        return value

    def simple_name(self, pattern: re.Pattern[str] = _SIMPLE_NAME) -> Text | None:
        """Read a name that is a plain word, where keywords and numbers mean nothing special."""
        start = self.next_start()
        found = pattern.match(self.source.text, start)
        if found is None:
            return None
        self.position = self.last_end = found.end()
        return Text(found.group(), bare=True, extent=Extent(self.source, start, found.end()))

    # ------------------------------------------------------------------------------------------------------------- members

    def with_steps(self, target: Expression, *, index: bool = True) -> Expression:
        """Parse members, indexes and calls; none may have a blank before it."""
        steps: list[Member | Index | Call] = []
        while (step := self._step(index=index)) is not None:
            steps.append(step)
            index = True
        if not steps:
            return target
        return Access(target, tuple(steps), extent=self.extent(target.extent.start))

    def _step(self, *, index: bool) -> Member | Index | Call | None:
        text, start = self.source.text, self.position
        if index and text.startswith("[", start):
            self.position += 1
            return self._index(start)
        is_static = text.startswith("::", start)
        if not is_static and (not text.startswith(".", start) or text.startswith("..", start)):
            return None
        length = 2 if is_static else 1
        following = text[start + length : start + length + 1]
        if self.mode is Mode.COMMAND and (not following or following.isspace()):
            return None
        self.position = self.last_end = start + length
        return self._member(start, is_static=is_static)

    def _index(self, start: int) -> Index:
        self.last_end = self.position
        with self.reading(Mode.EXPRESSION), self.commas_separate(separate=False), self.deeper():
            self.skip_newlines()
            index = self.expression()
            if index is None:
                raise self.error(
                    "Array index expression is missing or not valid.", "MissingArrayIndexExpression", self.peek()
                )
            self.skip_newlines()
            self.expect(TokenKind.RIGHT_BRACKET, "Missing ']' after array index expression.", "MissingEndSquareBracket")
        return Index(index, extent=self.extent(start))

    def _member(self, start: int, *, is_static: bool) -> Member | Call:
        with self.reading(Mode.EXPRESSION), self.deeper():
            self.skip_newlines()
            name = self.simple_name(_MEMBER_NAME) or self.primary(steps=False)
        if name is None:
            raise self.error("Missing property name after reference operator.", "MissingPropertyName", self.peek())
        following = self.source.text[self.position : self.position + 1]
        if following == "(":
            return Call(name, self._call_arguments(), is_static, extent=self.extent(start))
        if following == "{":
            with self.reading(Mode.COMMAND), self.deeper():
                block = self.script_block(self.take(self.peek()))
            return Call(name, (block,), is_static, extent=self.extent(start))
        return Member(name, is_static, extent=self.extent(start))

    def _call_arguments(self) -> tuple[Expression, ...]:
        self.position += 1
        self.last_end = self.position
        arguments: list[Expression] = []
        with self.reading(Mode.EXPRESSION), self.commas_separate(separate=True), self.deeper():
            self.skip_newlines()
            argument = self.expression()
            while argument is not None:
                arguments.append(argument)
                self.skip_newlines()
                if self.take_if(TokenKind.COMMA) is None:
                    break
                self.skip_newlines()
                argument = self.required_expression(",")
            self.skip_newlines()
            self.expect(TokenKind.RIGHT_PAREN, "Missing ')' in method call.", "MissingEndParenthesisInMethodCall")
        return tuple(arguments)

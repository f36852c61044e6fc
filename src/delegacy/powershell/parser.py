"""Text to syntax tree. Total: any text gives a tree or a `ParseError` that says where and whether more input could make it right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from delegacy.powershell.errors import ParseError
from delegacy.powershell.expression_parser import ExpressionParser
from delegacy.powershell.syntax import (
    CONDITION_FLAGS,
    Assignment,
    Attribute,
    Block,
    Break,
    Catch,
    Command,
    Continue,
    DoLoop,
    Exit,
    ExpandableText,
    Expression,
    ExpressionElement,
    For,
    ForEach,
    Function,
    If,
    ParamBlock,
    ParameterArgument,
    ParameterDeclaration,
    Pipeline,
    PipelineElement,
    Redirection,
    Return,
    ScriptBody,
    Splat,
    Statement,
    Switch,
    Text,
    Throw,
    Try,
    TypeName,
    Variable,
    While,
)
from delegacy.powershell.syntax import ArrayLiteral as Array
from delegacy.powershell.tokens import Extent, Mode, Redirected, Source, Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSED_KEYWORDS: Final = frozenset(
    {
        "class",
        "configuration",
        "data",
        "define",
        "dynamicparam",
        "enum",
        "from",
        "inlinescript",
        "parallel",
        "sequence",
        "trap",
        "using",
        "var",
        "workflow",
    }
)
KEYWORDS: Final = REFUSED_KEYWORDS | {
    *(
        "begin",
        "break",
        "continue",
        "do",
        "end",
        "exit",
        "filter",
        "for",
        "foreach",
        "function",
        "if",
        "param",
        "process",
    ),
    *("return", "switch", "throw", "try", "while"),
}
"""What a statement or a body begins with that is no command."""

_ENDS_COMMAND: Final = frozenset(
    {
        TokenKind.PIPE,
        TokenKind.RIGHT_BRACE,
        TokenKind.RIGHT_PAREN,
        TokenKind.END,
        TokenKind.NEWLINE,
        TokenKind.SEMICOLON,
        TokenKind.RESERVED,
        TokenKind.AMPERSAND,
    }
)
_ENDS_PIPELINE: Final = frozenset(
    {TokenKind.RIGHT_BRACE, TokenKind.RIGHT_PAREN, TokenKind.END, TokenKind.NEWLINE, TokenKind.SEMICOLON}
)
_NO_ARGUMENT: Final = _ENDS_COMMAND | {TokenKind.REDIRECTION, TokenKind.COMMA}
_EXPRESSION_ARGUMENTS: Final = frozenset(
    {
        TokenKind.VARIABLE,
        TokenKind.NUMBER,
        TokenKind.STRING,
        TokenKind.EXPANDABLE,
        TokenKind.LEFT_PAREN,
        TokenKind.DOLLAR_PAREN,
        TokenKind.AT_PAREN,
        TokenKind.AT_BRACE,
        TokenKind.LEFT_BRACE,
    }
)
_NAMED_BLOCKS: Final = ("begin", "process", "end")


def parse(text: str, name: str | None = None) -> ScriptBody:
    """Parse a script. `name` is its file, for messages. Raises `ParseError` and nothing else."""
    parser = Parser(Source(text, name))
    try:
        return parser.script()
    except RecursionError:
        raise parser.tokenizer.error(
            "Processing was stopped because the script is too complex.",
            "ScriptTooComplicated",
            min(parser.position, len(text)),
        ) from None


def parse_expression(text: str) -> Expression:
    """Parse a text that is one expression. Raises `ParseError`."""
    body = parse(text)
    if body.end is not None and len(body.end.statements) == 1:
        only = body.end.statements[0]
        if isinstance(only, Pipeline) and len(only.elements) == 1 and isinstance(only.elements[0], ExpressionElement):
            return only.elements[0].expression
    raise ParseError(
        f"Unexpected token '{text}' in expression or statement.", "UnexpectedToken", Source(text).position(0, len(text))
    )


def is_incomplete(text: str) -> bool:
    """Return whether a text lacks its end, so that a line editor should ask for more."""
    try:
        parse(text)
    except ParseError as error:
        return error.incomplete
    return False


class Parser(ExpressionParser):
    """Parses statements."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._keywords: dict[str, Callable[[Token, str], Statement]] = {
            "if": self._if,
            "while": self._while,
            "do": self._do,
            "for": self._for,
            "foreach": self._foreach,
            "switch": self._switch,
            "try": self._try,
            "function": self._function,
            "filter": self._function,
            "return": self._flow,
            "throw": self._flow,
            "exit": self._flow,
            "break": self._jump,
            "continue": self._jump,
        }

    def script(self) -> ScriptBody:
        """Parse the whole source."""
        if self.source.text.startswith("\ufeff"):
            self.position = 1
        body = self.script_body(TokenKind.END)
        token = self.peek()
        if token.kind is not TokenKind.END:
            raise self.unexpected(token)
        return body

    # -------------------------------------------------------------------------------------------------------------- bodies

    def script_body(self, closer: TokenKind) -> ScriptBody:
        """Parse the inside of a script block up to a closing token, which is not taken."""
        start = self.position
        self.skip_separators()
        parameters = self._param_block()
        self.skip_separators()
        if self.at_word(*_NAMED_BLOCKS, "dynamicparam"):
            return self._named_blocks(parameters, start, closer)
        body = self.statements(closer)
        return ScriptBody(parameters, end=body, extent=self.extent(start))

    def _named_blocks(self, parameters: ParamBlock | None, start: int, closer: TokenKind) -> ScriptBody:
        blocks: dict[str, Block] = {}
        while (token := self.peek()).kind is not closer:
            word = str(token.value).lower() if token.kind is TokenKind.IDENTIFIER else ""
            if word == "dynamicparam":
                raise self._refused(token)
            if word not in _NAMED_BLOCKS:
                raise self.error(
                    f"unexpected token '{token.text}', expected 'begin', 'process', 'end', or 'dynamicparam'.",
                    "MissingNamedBlocks",
                    token,
                )
            if word in blocks:
                raise self.error(
                    f"Script command clause '{word}' has already been defined.", "DuplicateScriptCommandClause", token
                )
            self.take(token)
            blocks[word] = self.block(token.text)
            self.skip_separators()
        return ScriptBody(
            parameters,
            blocks.get("begin"),
            blocks.get("process"),
            blocks.get("end"),
            has_named_blocks=True,
            extent=self.extent(start),
        )

    def statements(self, closer: TokenKind) -> Block:
        """Parse statements up to a closing token, which is not taken."""
        start = self.position
        found: list[Statement] = []
        self.skip_separators()
        while (token := self.peek()).kind is not closer and token.kind is not TokenKind.END:
            if token.kind in (TokenKind.RIGHT_PAREN, TokenKind.RIGHT_BRACE):
                raise self.unexpected(token)
            statement = self.statement()
            if statement is None:
                raise self.unexpected(self.peek())
            found.append(statement)
            self.skip_separators()
        return Block(tuple(found), extent=self.extent(start))

    def block(self, after: str) -> Block:
        """Parse statements in braces."""
        self.skip_newlines()
        opening = self.peek()
        if opening.kind is not TokenKind.LEFT_BRACE:
            raise self.error(f"Missing statement block after '{after}'.", "MissingStatementBlock", opening)
        self.take(opening)
        with self.deeper(), self.commas_separate(separate=False), self.reading(Mode.COMMAND):
            body = self.statements(TokenKind.RIGHT_BRACE)
            self.close_brace(opening)
        return body

    # ---------------------------------------------------------------------------------------------------------- statements

    def statement(self) -> Statement | None:
        """Parse one statement; None when there is none."""
        with self.reading(Mode.COMMAND), self.commas_separate(separate=False):
            token = self.peek()
            if token.kind is TokenKind.LABEL:
                return self._labelled(token)
            if token.kind is TokenKind.IDENTIFIER:
                word = str(token.value).lower()
                reader = self._keywords.get(word)
                if reader is not None:
                    self.take(token)
                    return reader(token, "")
                if word in REFUSED_KEYWORDS:
                    raise self._refused(token)
            return self.pipeline_or_assignment()

    def _refused(self, token: Token) -> ParseError:
        return self.error(
            f"The '{token.text.lower()}' keyword isn't supported by this product.", "KeywordNotSupported", token
        )

    def _labelled(self, label: Token) -> Statement:
        self.take(label)
        self.skip_newlines()
        token = self.peek()
        word = str(token.value).lower() if token.kind is TokenKind.IDENTIFIER else ""
        if word not in ("while", "do", "for", "foreach", "switch"):
            raise self.unexpected(label)
        self.take(token)
        return self._keywords[word](token, str(label.value))

    def _condition(self, keyword: str, *, kind: str) -> Statement:
        self.skip_newlines()
        if kind == "if":
            self.expect(
                TokenKind.LEFT_PAREN,
                f"Missing '(' after '{keyword}' in if statement.",
                "MissingOpenParenthesisInIfStatement",
            )
        else:
            self.expect(
                TokenKind.LEFT_PAREN,
                f"Missing opening '(' after keyword '{keyword}'.",
                "MissingOpenParenthesisAfterKeyword",
            )
        self.skip_newlines()
        with self.deeper():
            condition = self.pipeline_or_assignment()
        if condition is None:
            if kind == "if":
                message, error_id = (
                    f"Missing condition in if statement after '{keyword} ('.",
                    "IfStatementMissingCondition",
                )
            else:
                message, error_id = f"Missing expression after '{keyword}' in loop.", "MissingExpressionAfterKeyword"
            raise self.error(message, error_id, self.peek())
        self._close_condition(keyword)
        return condition

    def _close_condition(self, keyword: str) -> None:
        self.skip_newlines()
        self.expect(
            TokenKind.RIGHT_PAREN,
            f"Missing closing ')' after expression in '{keyword}' statement.",
            "MissingEndParenthesisAfterStatement",
        )

    def _if(self, keyword: Token, _label: str) -> Statement:
        clauses = [(self._condition(keyword.text, kind="if"), self.block(f"{keyword.text} ( condition )"))]
        otherwise = None
        while True:
            before = self.position, self.last_end
            self.skip_newlines()
            if self.at_word("elseif"):
                token = self.take(self.peek())
                clauses.append((self._condition(token.text, kind="if"), self.block(f"{token.text} ( condition )")))
                continue
            if self.at_word("else"):
                token = self.take(self.peek())
                otherwise = self.block(token.text)
            else:
                self.position, self.last_end = before
            return If(tuple(clauses), otherwise, extent=self.extent(keyword.start))

    def _while(self, keyword: Token, label: str) -> Statement:
        condition = self._condition(keyword.text, kind="loop")
        return While(condition, self.block(keyword.text), label, extent=self.extent(keyword.start))

    def _do(self, keyword: Token, label: str) -> Statement:
        body = self.block(keyword.text)
        self.skip_newlines()
        if not self.at_word("while", "until"):
            raise self.error("Missing while or until keyword in do loop.", "MissingWhileOrUntilInDoWhile", self.peek())
        word = self.take(self.peek())
        condition = self._condition(word.text, kind="loop")
        return DoLoop(body, condition, word.text.lower() == "until", label, extent=self.extent(keyword.start))

    def _for(self, keyword: Token, label: str) -> Statement:
        self.skip_newlines()
        self.expect(
            TokenKind.LEFT_PAREN, "Missing opening '(' after keyword 'for'.", "MissingOpenParenthesisAfterKeyword"
        )
        parts: list[Statement | None] = []
        for _ in range(3):
            self.skip_newlines()
            with self.deeper():
                parts.append(self.pipeline_or_assignment())
            if self.peek().kind not in (TokenKind.SEMICOLON, TokenKind.NEWLINE):
                break
            if len(parts) < 3:  # noqa: PLR2004 - start, condition, step
                self.take(self.peek())
        self._close_condition(keyword.text)
        start, condition, step = (*parts, None, None, None)[:3]
        return For(start, condition, step, self.block(keyword.text), label, extent=self.extent(keyword.start))

    def _foreach(self, keyword: Token, label: str) -> Statement:
        form = "\nThe correct form is: foreach ($a in $b) {...}"
        self.skip_newlines()
        self.expect(
            TokenKind.LEFT_PAREN, "Missing opening '(' after keyword 'foreach'.", "MissingOpenParenthesisAfterKeyword"
        )
        self.skip_newlines()
        token = self.expect(
            TokenKind.VARIABLE, f"Missing variable name after foreach.{form}", "MissingVariableNameAfterForeach"
        )
        variable = Variable(str(token.value), extent=Extent(self.source, token.start, token.end))
        self.skip_newlines()
        if not self.at_word("in"):
            raise self.error(f"Missing 'in' after variable in foreach loop.{form}", "MissingInInForeach", self.peek())
        self.take(self.peek())
        self.skip_newlines()
        with self.deeper():
            values = self.pipeline_or_assignment()
        if values is None:
            raise self.error(f"Missing expression in foreach loop.{form}", "MissingForeachExpression", self.peek())
        self._close_condition(keyword.text)
        return ForEach(variable, values, self.block(keyword.text), label, extent=self.extent(keyword.start))

    def _switch(self, keyword: Token, label: str) -> Statement:
        flags = self._switch_flags()
        value = self._condition(keyword.text, kind="switch")
        self.skip_newlines()
        opening = self.expect(
            TokenKind.LEFT_BRACE, "Missing '{' in switch statement.", "MissingCurlyBraceInSwitchStatement"
        )
        clauses: list[tuple[Expression, Block]] = []
        default: Block | None = None
        with self.deeper():
            self.skip_separators()
            while (token := self.peek()).kind not in (TokenKind.RIGHT_BRACE, TokenKind.END):
                condition = self.argument(single=True)
                if condition is None:
                    raise self.error(
                        "Missing condition in switch statement clause.", "MissingSwitchConditionExpression", token
                    )
                body = self.block(token.text)
                if isinstance(condition, Text) and condition.bare and condition.value.lower() == "default":
                    if default is not None:
                        raise self.error(
                            "A switch statement can have only one default clause.",
                            "MultipleSwitchDefaultClauses",
                            token,
                        )
                    default = body
                else:
                    clauses.append((condition, body))
                self.skip_separators()
            self.close_brace(opening)
        return Switch(value, tuple(clauses), default, flags, label, extent=self.extent(keyword.start))

    def _switch_flags(self) -> frozenset[str]:
        flags: set[str] = set()
        self.skip_newlines()
        while (token := self.peek()).kind is TokenKind.PARAMETER:
            written = str(token.value).lower()
            matches = [flag for flag in CONDITION_FLAGS if flag.startswith(written)]
            if len(matches) != 1:
                raise self.error(
                    f"The parameter {token.value} is not valid for the switch statement.", "InvalidSwitchFlag", token
                )
            self.take(token)
            if matches[0] == "casesensitive":
                flags.add(matches[0])
            else:  # of the ways to match, the last one counts
                flags = (flags & {"casesensitive"}) | ({matches[0]} - {"exact"})
        return frozenset(flags)

    def _try(self, keyword: Token, _label: str) -> Statement:
        body = self.block(keyword.text)
        catches: list[Catch] = []
        finally_body = None
        while True:
            before = self.position, self.last_end
            self.skip_newlines()
            if finally_body is None and self.at_word("catch"):
                catches.append(self._catch(self.take(self.peek())))
            elif finally_body is None and self.at_word("finally"):
                finally_body = self.block(self.take(self.peek()).text)
            else:
                self.position, self.last_end = before
                break
        if not catches and finally_body is None:
            raise self.error(
                "The Try statement is missing its Catch or Finally block.", "MissingCatchOrFinally", self._upcoming()
            )
        return Try(body, tuple(catches), finally_body, extent=self.extent(keyword.start))

    def _upcoming(self) -> Token:
        """Return the next token that is not a line end, without taking anything."""
        before = self.position
        self.skip_newlines()
        token = self.peek()
        self.position = before
        return token

    def _catch(self, keyword: Token) -> Catch:
        types: list[TypeName] = []
        with self.reading(Mode.EXPRESSION):
            self.skip_newlines()
            while (bracket := self.take_if(TokenKind.LEFT_BRACKET)) is not None:
                types.append(self.type_name())
                self._close_type()
                self.skip_newlines()
                if self.take_if(TokenKind.COMMA) is None:
                    break
                self.skip_newlines()
                if self.peek().kind is not TokenKind.LEFT_BRACKET:
                    raise self.error("Missing type name after '['.", "MissingTypeLiteralToken", bracket)
        return Catch(tuple(types), self.block(keyword.text), extent=self.extent(keyword.start))

    def _flow(self, keyword: Token, _label: str) -> Statement:
        value = None
        if self.peek().kind not in _ENDS_PIPELINE:
            value = self.pipeline_or_assignment()
        kinds = {"return": Return, "throw": Throw, "exit": Exit}
        return kinds[keyword.text.lower()](value, extent=self.extent(keyword.start))

    def _jump(self, keyword: Token, _label: str) -> Statement:
        label = self.argument(single=True) if self.peek().kind not in _ENDS_PIPELINE else None
        if self.peek().kind not in _ENDS_PIPELINE:
            raise self.unexpected(self.peek())
        extent = self.extent(keyword.start)
        return Break(label, extent=extent) if keyword.text.lower() == "break" else Continue(label, extent=extent)

    # ----------------------------------------------------------------------------------------------------------- functions

    def _function(self, keyword: Token, _label: str) -> Statement:
        token = self.peek()
        if token.kind not in (TokenKind.IDENTIFIER, TokenKind.GENERIC):
            raise self.error(f"Missing name after {keyword.text.lower()} keyword.", "MissingNameAfterKeyword", token)
        self.take(token)
        self.skip_newlines()
        inline = self._inline_parameters()
        self.skip_newlines()
        opening = self.expect(
            TokenKind.LEFT_BRACE, "Missing function body in function declaration.", "MissingFunctionBody"
        )
        with self.deeper(), self.commas_separate(separate=False):
            body = self.script_body(TokenKind.RIGHT_BRACE)
            self.close_brace(opening)
        if inline is not None:
            if body.parameters is not None and inline.parameters:
                raise self.error(
                    "The param statement cannot be used if arguments were specified in the function declaration.",
                    "OnlyOneParameterListAllowed",
                    opening,
                )
            inline = body.parameters or inline
            body = ScriptBody(inline, body.begin, body.process, body.end, body.has_named_blocks, extent=body.extent)
        is_filter = keyword.text.lower() == "filter"
        if is_filter and not body.has_named_blocks:
            body = ScriptBody(body.parameters, process=body.end, has_named_blocks=True, extent=body.extent)
        return Function(str(token.value), body, is_filter, extent=self.extent(keyword.start))

    def _inline_parameters(self) -> ParamBlock | None:
        opening = self.take_if(TokenKind.LEFT_PAREN)
        if opening is None:
            return None
        return self._parameter_list((), opening)

    def _param_block(self) -> ParamBlock | None:
        before = self.position, self.last_end
        attributes: list[Attribute] = []
        with self.reading(Mode.EXPRESSION):
            while self.peek().kind is TokenKind.LEFT_BRACKET:
                found = self._attribute_or_type()
                if isinstance(found, TypeName):
                    break
                attributes.append(found)
                self.skip_newlines()
        if self.at_word("param"):
            keyword = self.peek()
            self.take(keyword)
            self.skip_newlines()
            opening = self.take_if(TokenKind.LEFT_PAREN)
            if opening is not None:
                return self._parameter_list(tuple(attributes), keyword)
        self.position, self.last_end = before
        return None

    def _parameter_list(self, attributes: tuple[Attribute, ...], start: Token) -> ParamBlock:
        parameters: list[ParameterDeclaration] = []
        with self.reading(Mode.EXPRESSION), self.commas_separate(separate=True), self.deeper():
            self.skip_newlines()
            while self.peek().kind is not TokenKind.RIGHT_PAREN:
                parameters.append(self._parameter_declaration(parameters))
                self.skip_newlines()
                if self.take_if(TokenKind.COMMA) is None:
                    break
                self.skip_newlines()
                if self.peek().kind is TokenKind.RIGHT_PAREN:
                    raise self.error("Missing expression after ','.", "MissingExpressionAfterToken", self.peek())
            self.expect(
                TokenKind.RIGHT_PAREN,
                "Missing ')' in function parameter list.",
                "MissingEndParenthesisInFunctionParameterList",
            )
        return ParamBlock(tuple(parameters), attributes, extent=self.extent(start.start))

    def _parameter_declaration(self, known: list[ParameterDeclaration]) -> ParameterDeclaration:
        start = self.next_start()
        types: list[TypeName] = []
        attributes: list[Attribute] = []
        while self.peek().kind is TokenKind.LEFT_BRACKET:
            found = self._attribute_or_type()
            if isinstance(found, TypeName):
                types.append(found)
            else:
                attributes.append(found)
            self.skip_newlines()
        token = self.expect(
            TokenKind.VARIABLE,
            "Parameter declarations are a comma-separated list of variable names with optional initializer expressions.",
            "InvalidFunctionParameter",
        )
        name = str(token.value)
        if any(other.name.lower() == name.lower() for other in known):
            raise self.error(f"Duplicate parameter ${name} in parameter list.", "DuplicateFormalParameter", token)
        default = None
        self.skip_newlines()
        equals = self.peek()
        if equals.kind is TokenKind.ASSIGNMENT and equals.text == "=":
            self.take(equals)
            self.skip_newlines()
            default = self.required_expression("=")
        return ParameterDeclaration(name, tuple(types), tuple(attributes), default, extent=self.extent(start))

    def _attribute_or_type(self) -> Attribute | TypeName:
        bracket = self.take(self.peek())
        with self.deeper():
            name = self.type_name()
            if self.peek().kind is TokenKind.LEFT_PAREN:
                return self.attribute(bracket, name)
            self._close_type()
        return name

    def attribute(self, bracket: Token, name: TypeName) -> Attribute:
        """Parse the arguments of an attribute, from `(` to `]`."""
        self.take(self.peek())
        with self.commas_separate(separate=True):
            positional, named = self._attribute_arguments()
        self.expect(TokenKind.RIGHT_PAREN, "Missing closing ')' in expression.", "MissingEndParenthesisInExpression")
        self.skip_newlines()
        self._close_type()
        return Attribute(name.name, positional, named, extent=self.extent(bracket.start))

    def _attribute_arguments(self) -> tuple[tuple[Expression, ...], tuple[tuple[str, Expression | None], ...]]:
        positional: list[Expression] = []
        named: list[tuple[str, Expression | None]] = []
        while True:
            self.skip_newlines()
            name = self.simple_name()
            if name is not None:
                equals = self.peek()
                value = None
                if equals.kind is TokenKind.ASSIGNMENT and equals.text == "=":
                    self.take(equals)
                    self.skip_newlines()
                    value = self.required_expression("=")
                if any(known.lower() == name.value.lower() for known, _ in named):
                    raise self.error(
                        f"Duplicate named arguments '{name.value}' are not allowed.", "DuplicateNamedArgument", equals
                    )
                named.append((name.value, value))
            else:
                argument = self.expression()
                if argument is not None:
                    positional.append(argument)
            self.skip_newlines()
            if self.take_if(TokenKind.COMMA) is None:
                return tuple(positional), tuple(named)

    # ----------------------------------------------------------------------------------------------------------- pipelines

    def pipeline_or_assignment(self) -> Statement | None:
        """Parse a pipeline or an assignment; None when there is none."""
        with self.reading(Mode.COMMAND):
            start = self.next_start()
            first = self.expression()
            if first is not None:
                assignment = self._assignment(first)
                if assignment is not None:
                    return assignment
            return self._pipeline(start, first)

    def _assignment(self, target: Expression) -> Statement | None:
        with self.reading(Mode.EXPRESSION):
            token = self.peek()
            if token.kind is not TokenKind.ASSIGNMENT:
                return None
            self.check_assignable(target, token)
            self.take(token)
        self.skip_newlines()
        with self.deeper():
            value = self.statement()
        if value is None:
            raise self.error(
                f"You must provide a value expression following the '{token.text}' operator.",
                "ExpectedValueExpression",
                self.peek(),
            )
        operator = "-=" if token.value == "-=" else token.text
        return Assignment(target, operator, value, extent=self.extent(target.extent.start))

    def _pipeline(self, start: int, first: Expression | None) -> Statement | None:
        elements: list[PipelineElement] = []
        if first is not None:
            elements.append(self._expression_element(first))
        else:
            command = self._command()
            if command is None:
                if self.peek().kind is TokenKind.PIPE:
                    raise self.error("An empty pipe element is not allowed.", "EmptyPipeElement", self.peek())
                return None
            elements.append(command)
        while self.take_if(TokenKind.PIPE) is not None:
            self.skip_newlines()
            elements.append(self._next_element())
        token = self.peek()
        if token.kind not in _ENDS_PIPELINE:
            raise self.unexpected(token)
        return Pipeline(tuple(elements), extent=self.extent(start))

    def _next_element(self) -> PipelineElement:
        token = self.peek()
        before = self.position, self.last_end
        if self.expression() is not None:
            raise self.error(
                "Expressions are only allowed as the first element of a pipeline.",
                "ExpressionsMustBeFirstInPipeline",
                token,
            )
        self.position, self.last_end = before
        command = self._command()
        if command is None:
            raise self.error("An empty pipe element is not allowed.", "EmptyPipeElement", self.peek())
        return command

    def _expression_element(self, expression: Expression) -> PipelineElement:
        redirections: list[Redirection] = []
        while (token := self.peek()).kind is TokenKind.REDIRECTION:
            redirections.append(self._redirection(token))
        return ExpressionElement(expression, tuple(redirections), extent=self.extent(expression.extent.start))

    def _redirection(self, token: Token) -> Redirection:
        self.take(token)
        value = token.value
        if not isinstance(value, Redirected):
            raise self.unexpected(token)
        if value.merge_into is not None:
            if value.merge_into != 1:
                raise self.error(
                    f"The '{token.text}' operator is reserved for future use.", "RedirectionNotSupported", token
                )
            return Redirection(value.stream, value.merge_into, extent=self.extent(token.start))
        target = self.argument(single=True)
        if target is None:
            raise self.error(
                "Missing file specification after redirection operator.", "MissingFileSpecification", self.peek()
            )
        return Redirection(value.stream, None, target, value.append, extent=self.extent(token.start))

    # ------------------------------------------------------------------------------------------------------------ commands

    def _command(self) -> Command | None:
        token = self.peek()
        start = token.start
        operator = ""
        if token.kind in (TokenKind.DOT, TokenKind.AMPERSAND):
            operator = self.take(token).text
        name = self._command_name(operator)
        if name is None:
            if operator:
                raise self.error(
                    f"Missing expression after '{operator}' in pipeline element.", "MissingExpression", self.peek()
                )
            return None
        arguments: list[ParameterArgument | Splat | Expression] = []
        redirections: list[Redirection] = []
        only_values = False
        while (token := self.peek()).kind not in _ENDS_COMMAND:
            if token.kind is TokenKind.REDIRECTION:
                redirections.append(self._redirection(token))
            elif token.text == "--" and not only_values:  # what follows is never a parameter name
                self.take(token)
                only_values = True
            else:
                arguments.append(self._command_element(token, only_values=only_values))
        return Command(name, tuple(arguments), operator, tuple(redirections), extent=self.extent(start))

    def _command_name(self, operator: str) -> Expression | None:
        token = self.peek()
        if token.kind in _ENDS_COMMAND:
            return None
        if operator:
            with self.deeper():
                return self.argument(single=True)
        if token.kind in _EXPRESSION_ARGUMENTS or token.kind in (
            TokenKind.COMMA,
            TokenKind.REDIRECTION,
            TokenKind.SPLAT,
        ):
            raise self.unexpected(token)
        self.take(token)
        name = str(token.value) if token.kind in (TokenKind.GENERIC, TokenKind.IDENTIFIER) else token.text
        return Text(name, bare=True, extent=Extent(self.source, token.start, token.end))

    def _command_element(self, token: Token, *, only_values: bool) -> ParameterArgument | Splat | Expression:
        if token.kind is TokenKind.COMMA:
            raise self.error("Missing argument in parameter list.", "MissingArgument", token)
        if token.kind is TokenKind.SPLAT:
            self.take(token)
            if self.peek().kind is TokenKind.COMMA:
                raise self.error(
                    f"Splatted variables like '{token.text}' cannot be part of a comma-separated list of arguments.",
                    "SplattingNotPermittedInArgumentList",
                    token,
                )
            return Splat(str(token.value), extent=Extent(self.source, token.start, token.end))
        if token.kind is TokenKind.PARAMETER and not only_values:
            self.take(token)
            value = None
            if token.colon and self.peek().kind is not TokenKind.COMMA:
                value = self.argument()
                if value is None:
                    raise self.error(
                        f"Parameter {token.text} requires an argument.", "ParameterRequiresArgument", self.peek()
                    )
            return ParameterArgument(str(token.value), value, extent=self.extent(token.start))
        argument = self.argument()
        if argument is None:
            raise self.unexpected(token)
        return argument

    def argument(self, *, single: bool = False) -> Expression | None:
        """Parse one argument of a command, with commas making an array unless `single`; None when there is none."""
        with self.reading(Mode.COMMAND):
            first = self._single_argument()
            if first is None or single or self.peek().kind is not TokenKind.COMMA:
                return first
            items = [first]
            while self.take_if(TokenKind.COMMA) is not None:
                self.skip_newlines()
                token = self.peek()
                item = self._single_argument()
                if item is None:
                    if token.kind is TokenKind.SPLAT:
                        raise self._command_splat_error(token)
                    raise self.error("Missing argument in parameter list.", "MissingArgument", token)
                items.append(item)
            return Array(tuple(items), extent=self.extent(first.extent.start))

    def _command_splat_error(self, token: Token) -> ParseError:
        return self.error(
            f"Splatted variables like '{token.text}' cannot be part of a comma-separated list of arguments.",
            "SplattingNotPermittedInArgumentList",
            token,
        )

    def _single_argument(self) -> Expression | None:
        token = self.peek()
        if token.kind in _NO_ARGUMENT or token.kind is TokenKind.SPLAT:
            return None
        if token.kind in _EXPRESSION_ARGUMENTS:
            return self.primary()
        self.take(token)
        extent = Extent(self.source, token.start, token.end)
        if token.kind is TokenKind.GENERIC_EXPANDABLE and isinstance(token.value, tuple):
            return ExpandableText(token.value, extent=extent)
        value = str(token.value) if token.kind is TokenKind.GENERIC else token.text
        return Text(value, bare=True, extent=extent)

"""The page of errors."""

from delegacy.domain.errors import DelegacyError
from delegacy.reference.markdown import code, page, table
from delegacy.reference.product import errors, first_sentence


def errors_page() -> str:
    """Return the page."""
    return page(
        "Errors",
        "What could not be done. Scripts test for the id, never for the text. In the shell `$_.FullyQualifiedErrorId` is "
        "`[FailureCategory=Cmdlet-IDException] NUMBER,Delegacy.Cmdlets.CLASS,CMDLET`, where the number is always the same for an error from a "
        "cmdlet, and `$_.CategoryInfo.Category` is the category; `catch [IDException]` catches it. On the command line an error is one line on "
        "standard error, and exit code 2. Errors of the language itself, such as `CommandNotFoundException`, have PowerShell's ids.",
        "An indented error is a kind of the one above it.",
        table(
            ("Id", "Category", "When"),
            ((_indented(error), code(error.category.value), first_sentence(error)) for error in errors()),
        ),
    )


def _indented(error: type[DelegacyError]) -> str:
    depth = len([base for base in error.__mro__ if issubclass(base, DelegacyError)]) - 1
    return "&emsp;" * depth + code(error.error_id)

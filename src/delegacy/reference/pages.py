"""All pages, by their places in the folder."""

from collections.abc import Mapping
from pathlib import Path

from delegacy.reference.cmdlets import cmdlet_pages
from delegacy.reference.denials import denials_page
from delegacy.reference.errors import errors_page
from delegacy.reference.markdown import MARK, bullets, page
from delegacy.reference.roles import roles_page
from delegacy.reference.settings import settings_page


def pages() -> Mapping[str, str]:
    """Return the text of each page."""
    return {
        "README.md": _start_page(),
        "settings.md": settings_page(),
        "roles.md": roles_page(),
        "errors.md": errors_page(),
        "denials.md": denials_page(),
        **cmdlet_pages(),
    }


def write_pages(folder: Path) -> None:
    """Write the pages into a folder, and remove those in it that are none any more; what somebody else wrote stays."""
    wanted = {folder / place: text for place, text in pages().items()}
    for file in folder.rglob("*.md"):
        if file not in wanted and MARK in file.read_text(encoding="utf-8"):
            file.unlink()
    for file, text in wanted.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _start_page() -> str:
    return page(
        "Reference",
        bullets(
            [
                "[Settings](settings.md): configuration file, variables, flags",
                "[Cmdlets](cmdlets.md): syntax, parameters, and what is not supported",
                "[Roles](roles.md): who may run which cmdlet",
                "[Errors](errors.md): the id of everything that could not be done",
                "[Denials](denials.md): the reasons for which something is not allowed",
            ]
        ),
    )

"""``python -m delegacy.reference FOLDER`` writes the pages."""

import sys
from pathlib import Path

from delegacy.reference.pages import write_pages


def main(arguments: list[str]) -> int:
    """Write the pages into a folder, and remove those of it that are none any more."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m delegacy.reference FOLDER\n")
        return 2
    write_pages(Path(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

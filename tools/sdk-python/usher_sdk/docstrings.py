"""What a docstring says: the description, and the sections that describe parameters or fields.

Google's style, which editors show as it is written::

    What it does.

    Args:
        text: What to remember.
        due: By when. May go on
            in a further, indented line.
"""

from __future__ import annotations

import inspect
import re

_ENTRY = re.compile(r"^(\*{0,2}\w+)(?: ?\([^)]*\))?: *(.*)$")
_SECTION = re.compile(r"^(Args|Arguments|Attributes|Returns|Raises|Example|Examples|Note|Notes|Yields|See Also):\s*$")


def parse(docstring: str | None, section: str) -> tuple[str, dict[str, str]]:
    """The description, and the entries of a section (``Args`` or ``Attributes``) by name.

    What stands in other sections is for those who read the source. Lines of a paragraph are joined.
    """
    if not docstring:
        return "", {}
    description: list[str] = []
    entries: dict[str, list[str]] = {}
    current: str | None = None
    entry: list[str] | None = None
    for line in inspect.cleandoc(docstring).splitlines():
        if heading := _SECTION.match(line):
            current = heading[1]
            entry = None
        elif current is None:
            description.append(line)
        elif line and not line.startswith(" "):
            # A section ends where the indentation does.
            current = None
            description.append(line)
        elif current == section:
            text = line.strip()
            indent = len(line) - len(line.lstrip())
            if text and indent <= 4 and (match := _ENTRY.match(text)):
                entry = entries.setdefault(match[1], [])
                entry.append(match[2])
            elif entry is not None and text:
                entry.append(text)
    return _paragraphs(description), {name: " ".join(filter(None, lines)) for name, lines in entries.items()}


def _paragraphs(lines: list[str]) -> str:
    """The lines of a paragraph as one, but lists, tables and what is indented as they are."""
    text = "\n".join(lines).strip()
    return re.sub(r"(?<!\n)\n(?!\n|[-*+|#> ]|\d+[.)])", " ", text)

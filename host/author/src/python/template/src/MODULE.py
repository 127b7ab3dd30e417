"""Notes: each person's own.

Nothing here knows who is calling. `my_documents` has no words for anybody else's items; the host sees to that.
"""

from dataclasses import dataclass
from typing import Annotated

from usher_sdk import Length, my_documents, my_documents_write, tool

# The container, as the grant and the host's configuration name it.
NOTES = my_documents.container("notes")
NEW_NOTES = my_documents_write.container("notes")


@dataclass
class Kept:
    """
    Attributes:
        id: The new note's id.
    """

    id: str


@tool(title="Add note", destructive=False, idempotent=False, open_world=False, requires=[NEW_NOTES])
def add_note(text: Annotated[str, Length(1, 1000)]) -> Kept:
    """Keeps a note for the person who is signed in.

    Args:
        text: What to remember.
    """
    return Kept(NEW_NOTES.create({"text": text}).id)


@dataclass
class Note:
    id: str
    text: str


@dataclass
class Notes:
    """
    Attributes:
        notes: The notes.
    """

    notes: list[Note]


@tool(title="My notes", read_only=True, open_world=False, requires=[NOTES])
def list_notes() -> Notes:
    """Lists the notes of the person who is signed in."""
    return Notes(NOTES.query("SELECT c.id, c.text FROM c", row=Note).collect(100))

// Notes: each person's own.
//
// Nothing here knows who is calling. `my-documents` has no words for anybody else's items; the host sees to that.

import { tool } from "usher-sdk";
import * as myDocuments from "usher-sdk/my-documents";
import * as myDocumentsWrite from "usher-sdk/my-documents-write";

/** The container, as the grant and the host's configuration name it. */
const NOTES = "notes";

interface NewNote {
  /**
   * What to remember.
   * @minLength 1
   * @maxLength 1000
   */
  text: string;
}

interface Kept {
  /** The new note's id. */
  id: string;
}

/** Keeps a note for the person who is signed in. */
export const addNote = tool(
  {
    title: "Add note",
    destructive: false,
    idempotent: false,
    openWorld: false,
    requires: { myDocumentsWrite: [NOTES] },
  },
  ({ text }: NewNote): Kept => {
    const { id } = myDocumentsWrite.create(NOTES, { text });
    return { id };
  },
);

interface Note {
  id: string;
  text: string;
}

interface Notes {
  /** The notes. */
  notes: Note[];
}

/** Lists the notes of the person who is signed in. */
export const listNotes = tool(
  { title: "My notes", readOnly: true, openWorld: false, requires: { myDocuments: [NOTES] } },
  (): Notes => ({ notes: myDocuments.query<Note>(NOTES, "SELECT c.id, c.text FROM c", { limit: 100 }) }),
);

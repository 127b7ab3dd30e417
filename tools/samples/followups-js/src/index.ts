// Follow-ups: people note what they have to come back to, and have it mailed to themselves.
//
// An item of the container `follow-ups` belongs to whoever added it. The host sees to that: nothing here knows who is calling, and
// `my-documents` has no words for anybody else's items.

import { ToolError, tool } from "usher-sdk";
import * as graph from "usher-sdk/graph";
import * as graphWrite from "usher-sdk/graph-write";
import * as myDocuments from "usher-sdk/my-documents";
import * as myDocumentsWrite from "usher-sdk/my-documents-write";

import { type Day, LAST_DAY, checkDay } from "./day.ts";
import { type Me, mail } from "./mail.ts";

const FOLLOW_UPS = "follow-ups";

interface NewFollowUp {
  /**
   * What it is about.
   * @minLength 1
   * @maxLength 200
   */
  subject: string;
  /** The day by which to come back to it, as YYYY-MM-DD. */
  due: Day;
  /**
   * What there is to know about it.
   * @maxLength 2000
   */
  about?: string;
}

interface Added {
  /** The id of the new follow-up. */
  id: string;
}

/** Notes something that the person who is signed in has to come back to. */
export const addFollowUp = tool(
  {
    title: "Add follow-up",
    destructive: false,
    idempotent: false,
    openWorld: false,
    requires: { myDocumentsWrite: [FOLLOW_UPS] },
  },
  ({ subject, due, about }: NewFollowUp): Added => {
    checkDay("due", due);
    const { id } = myDocumentsWrite.create(FOLLOW_UPS, { subject, due, about: about ?? null });
    return { id };
  },
);

interface Wanted {
  /** Only what is due on this day, as YYYY-MM-DD, or before. */
  until?: Day;
}

interface FollowUp {
  /** Its id. */
  id: string;
  /** What it is about. */
  subject: string;
  /** The day by which to come back to it. */
  due: Day;
  /** What there is to know about it. */
  about: string | null;
}

interface FollowUps {
  /** The follow-ups, the most urgent first. */
  follow_ups: FollowUp[];
}

/** Lists what the person who is signed in has to come back to, the most urgent first. */
export const listFollowUps = tool(
  { title: "My follow-ups", readOnly: true, openWorld: false, requires: { myDocuments: [FOLLOW_UPS] } },
  ({ until = LAST_DAY }: Wanted): FollowUps => {
    checkDay("until", until);
    return { follow_ups: mostUrgentFirst(until) };
  },
);

interface Done {
  /**
   * The id of the follow-up.
   * @minLength 1
   * @maxLength 255
   */
  id: string;
}

interface Finished {
  /** The subject of the follow-up that is done. */
  finished: string;
}

/** Removes a follow-up that is done. */
export const finishFollowUp = tool(
  {
    title: "Finish follow-up",
    destructive: true,
    idempotent: false,
    openWorld: false,
    requires: { myDocuments: [FOLLOW_UPS], myDocumentsWrite: [FOLLOW_UPS] },
  },
  ({ id }: Done): Finished => {
    try {
      const { body } = myDocuments.read<FollowUp>(FOLLOW_UPS, id);
      myDocumentsWrite.delete(FOLLOW_UPS, id);
      return { finished: body.subject };
    } catch (error) {
      if (error instanceof myDocuments.DocumentsError && error.kind === "not-found") {
        throw ToolError.failed("There is no follow-up with this id.");
      }
      throw error;
    }
  },
);

interface Mailed {
  /** Where it was mailed. */
  to: string;
  /**
   * How many there are.
   * @integer
   * @minimum 0
   */
  count: number;
}

/** Mails their open follow-ups to the person who is signed in. */
export const mailFollowUps = tool(
  {
    title: "Mail my follow-ups",
    destructive: false,
    idempotent: false,
    openWorld: false,
    requires: { myDocuments: [FOLLOW_UPS], graph: ["/me"], graphWrite: ["POST /me/sendMail"] },
  },
  (): Mailed => {
    const me = graph.get("/me", { $select: "mail,userPrincipalName" }).success().json<Me>();
    const to = me.mail ?? me.userPrincipalName;
    const followUps = mostUrgentFirst(LAST_DAY);
    if (followUps.length > 0) graphWrite.post("/me/sendMail", { json: mail(to, followUps) }).success();
    return { to, count: followUps.length };
  },
);

/** What is due on a day or before, by the day and then by the subject. */
function mostUrgentFirst(until: Day): FollowUp[] {
  const text = "SELECT c.id, c.subject, c.due, c.about FROM c WHERE c.due <= @until ORDER BY c.due";
  const rows = myDocuments.query<Omit<FollowUp, "about"> & { about?: string | null }>(FOLLOW_UPS, text, {
    parameters: { "@until": until },
    limit: Number.POSITIVE_INFINITY,
  });
  return rows
    .map(({ id, subject, due, about }) => ({ id, subject, due, about: about ?? null }))
    .sort((one, other) => compare(one.due, other.due) || compare(one.subject, other.subject));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

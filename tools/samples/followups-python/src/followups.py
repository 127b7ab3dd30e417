"""Follow-ups: people note what they have to come back to, and have it mailed to themselves.

An item of the container ``follow-ups`` belongs to whoever added it. The host sees to that: nothing here knows who is calling,
and `my_documents` has no words for anybody else's items. Mail goes to the person who is signed in and to nobody else: the
address isn't an argument.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypedDict

from usher_sdk import Error, Length, Range, documents, graph, graph_write, my_documents, my_documents_write, tool

FOLLOW_UPS = my_documents.container("follow-ups")
FOLLOW_UPS_WRITE = my_documents_write.container("follow-ups")

EARLIEST_FIRST = "SELECT c.id, c.subject, c.due, c.about FROM c WHERE c.due <= @until ORDER BY c.due"


@dataclass
class FollowUp:
    """
    Attributes:
        id: Its id.
        subject: What it is about.
        due: The day by which to come back to it.
        about: What there is to know about it.
    """

    id: str
    subject: str
    due: date
    about: str | None = None


@dataclass
class Added:
    """
    Attributes:
        id: The id of the new follow-up.
    """

    id: str


@dataclass
class FollowUps:
    """
    Attributes:
        follow_ups: The follow-ups, the most urgent first.
    """

    follow_ups: list[FollowUp]


@dataclass
class Finished:
    """
    Attributes:
        finished: The subject of the follow-up that is done.
    """

    finished: str


@dataclass
class Mailed:
    """
    Attributes:
        to: Where it was mailed.
        count: How many there are.
    """

    to: str
    count: Annotated[int, Range(minimum=0)]


class Me(TypedDict):
    """The person as Graph knows them. Not everybody has a mailbox's address; everybody has a name to sign in by, which is one in
    most tenants."""

    mail: str | None
    userPrincipalName: str


@tool(
    title="Add follow-up",
    destructive=False,
    idempotent=False,
    open_world=False,
    requires=[FOLLOW_UPS_WRITE],
)
def add_follow_up(
    subject: Annotated[str, Length(1, 200)],
    due: date,
    about: Annotated[str | None, Length(maximum=2000)] = None,
) -> Added:
    """Notes something that the person who is signed in has to come back to.

    Args:
        subject: What it is about.
        due: The day by which to come back to it, as YYYY-MM-DD.
        about: What there is to know about it.
    """
    written = FOLLOW_UPS_WRITE.create({"subject": subject, "due": due, "about": about})
    return Added(written.id)


@tool(title="My follow-ups", read_only=True, open_world=False, requires=[FOLLOW_UPS])
def list_follow_ups(until: date | None = None) -> FollowUps:
    """Lists what the person who is signed in has to come back to, the most urgent first.

    Args:
        until: Only what is due on this day, as YYYY-MM-DD, or before.
    """
    return FollowUps(most_urgent_first(until or date.max))


@tool(
    title="Finish follow-up",
    destructive=True,
    idempotent=False,
    open_world=False,
    requires=[FOLLOW_UPS, FOLLOW_UPS_WRITE],
)
def finish_follow_up(id: Annotated[str, Length(1, 255)]) -> Finished:
    """Removes a follow-up that is done.

    Args:
        id: The id of the follow-up.
    """
    try:
        done = FOLLOW_UPS.read(id, FollowUp)
        FOLLOW_UPS_WRITE.delete(id)
    except documents.NotFound:
        raise Error("There is no follow-up with this id.") from None
    return Finished(done.body.subject)


@tool(
    title="Mail my follow-ups",
    destructive=False,
    idempotent=False,
    open_world=False,
    requires=[FOLLOW_UPS, graph.template("/me"), graph_write.template("POST /me/sendMail")],
)
def mail_follow_ups() -> Mailed:
    """Mails their open follow-ups to the person who is signed in."""
    me = graph.get("/me", {"$select": "mail,userPrincipalName"}).success().json(Me)
    to = me["mail"] or me["userPrincipalName"]
    follow_ups = most_urgent_first(date.max)
    if follow_ups:
        graph_write.post("/me/sendMail", json=mail(to, follow_ups)).success()
    return Mailed(to, len(follow_ups))


def most_urgent_first(until: date) -> list[FollowUp]:
    """What is due on a day or before, by the day and then by the subject."""
    rows = FOLLOW_UPS.query(EARLIEST_FIRST, {"@until": until}, row=FollowUp)
    return sorted(rows, key=lambda follow_up: (follow_up.due, follow_up.subject))


def mail(to: str, follow_ups: list[FollowUp]) -> dict[str, object]:
    """The body of ``sendMail``. https://learn.microsoft.com/graph/api/user-sendmail"""
    text = "\n".join(f"{follow_up.due}  {follow_up.subject}" for follow_up in follow_ups)
    return {
        "message": {
            "subject": f"{len(follow_ups)} follow-ups",
            "body": {"contentType": "Text", "content": text},
            "toRecipients": [{"emailAddress": {"address": to}}],
        },
        "saveToSentItems": False,
    }

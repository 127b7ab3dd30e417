"""How a tool fails.

An `Error` is an answer: its text reaches the model and the person, so it says what to do and names nothing that they
shouldn't know. What a capability raises and the tool doesn't catch becomes such an answer (`answer_to`); what it says beyond
that is for the operator and goes to the log on the way.
"""

from __future__ import annotations


class Error(Exception):
    """It did not work: why, and what to do, for the model and the person. MCP: a result with ``isError``."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
        """What the model and the person read."""


class InvalidArgument(Error):
    """An argument is wrong in a way that the schema can't say."""

    def __init__(self, argument: str, why: str) -> None:
        super().__init__(f"{argument}: {why}" if argument else why)


class NotFound(Error):
    """The component has nothing of that name."""

    def __init__(self) -> None:
        super().__init__("There is no such tool.")


class SignInRequired(Error):
    """The person must sign in again or consent first. The host knows to what, and tells them."""

    def __init__(self) -> None:
        super().__init__("The person must sign in again, or consent, first.")


class CapabilityError(Exception):
    """What a capability answered instead of a result. Each capability has its own kinds."""

    def answer(self) -> Error:
        """What the client is told if the tool doesn't catch it. What is for the operator goes to the log."""
        raise NotImplementedError


class Mismatch(Exception):
    """A value isn't of its type: where, and why."""

    def __init__(self, why: str, path: str = "") -> None:
        super().__init__(why, path)
        self.why = why
        self.path = path

    def under(self, step: str | int) -> Mismatch:
        """The same, seen from one step further out."""
        if isinstance(step, int):
            here = f"[{step}]"
        else:
            here = step
        between = "." if self.path and not self.path.startswith("[") else ""
        return Mismatch(self.why, f"{here}{between}{self.path}")

    def __str__(self) -> str:
        return f"{self.path}: {self.why}" if self.path else self.why


BEYOND_GRANT = "This tool isn't allowed to do what it tried to do. The operator's log says more."
MISTAKE = "This tool made a mistake. Trying again won't help; the operator's log says more."
TOO_LARGE = "This is too large. Try it with less."
TIMEOUT = "There wasn't enough time. Try it with less."
NO_ANSWER = (
    "The service that this tool asked didn't answer in time. If it was to change something, look whether it did before "
    "trying again."
)
UNAVAILABLE = "A service that this tool needs can't be reached at the moment. Try again later."


def busy(seconds: int | None) -> Error:
    """Whoever was asked is busy; seconds after which to try again, if known."""
    if seconds is None:
        return Error("There is too much to do at the moment. Try again later.")
    return Error(f"There is too much to do at the moment. Try again in {seconds} s.")


def throttled(milliseconds: int | None) -> Error:
    """The same, in milliseconds."""
    return busy(None if milliseconds is None else -(-milliseconds // 1000))

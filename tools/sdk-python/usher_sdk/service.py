"""What the answers of other services have in common, whether they come by `usher_sdk.graph` or by `usher_sdk.http`."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from usher_sdk import errors, log
from usher_sdk.errors import Mismatch
from usher_sdk.types import codec_of, dump, load, plain

T = TypeVar("T")


class Error(errors.CapabilityError):
    """Why there is no answer."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        """What is for the operator's log, not for the client."""

    def answer(self) -> errors.Error:
        return errors.Error(errors.MISTAKE)

    def _logged(self, what: str, text: str) -> errors.Error:
        log.error(f"service: {what}: {self.detail}")
        return errors.Error(text)


class NotGranted(Error):
    """The grant has no such request, origin, method or path."""

    def answer(self) -> errors.Error:
        return self._logged("not granted", errors.BEYOND_GRANT)


class SignInRequired(Error):
    """The person must sign in again or consent first. A tool that can do without goes on; else let it pass, so that the host
    tells the person what to do, which only the host knows."""

    def answer(self) -> errors.Error:
        return errors.SignInRequired()


class Invalid(Error):
    """What was wrong with the request."""

    def answer(self) -> errors.Error:
        return self._logged("invalid", errors.MISTAKE)


class TooLarge(Error):
    """The answer, or the body, is over the grant's limit."""

    def answer(self) -> errors.Error:
        return errors.Error(errors.TOO_LARGE)


class Throttled(Error):
    """Busy."""

    def __init__(self, milliseconds: int | None = None) -> None:
        super().__init__("" if milliseconds is None else f"{milliseconds} ms")
        self.milliseconds = milliseconds
        """After which to try again, if known."""

    def answer(self) -> errors.Error:
        return errors.throttled(self.milliseconds)


class Timeout(Error):
    """The call's deadline comes first."""

    def answer(self) -> errors.Error:
        return errors.Error(errors.NO_ANSWER)


class Unavailable(Error):
    """The service can't be reached, or isn't who it should be."""

    def answer(self) -> errors.Error:
        return errors.Error(errors.UNAVAILABLE)


_KINDS: dict[str, type[Error]] = {
    kind.__name__: kind for kind in (NotGranted, SignInRequired, Invalid, TooLarge, Throttled, Timeout, Unavailable)
}


def raised(error: Any) -> Error:
    """The exception for an error of the contract."""
    kind = _KINDS[type(error).__name__.removeprefix("Error_")]
    return kind(error.value) if hasattr(error, "value") else kind()


def check_status(status: int, retry_after: str | None) -> None:
    """Ends a call whose service refused. A person can do something about some refusals, so these are told apart.

    Args:
        retry_after: What the service says about when to try again, as it says it.
    """
    match status:
        case _ if 200 <= status < 300:
            return
        case 429:
            # A date instead of seconds, which is rare, is as good as nothing (RFC 9110 §10.2.3).
            seconds = retry_after if retry_after is not None and re.fullmatch("[0-9]{1,9}", retry_after) else None
            raise errors.busy(None if seconds is None else int(seconds))
        case 401 | 403:
            text = "You aren't allowed to do this in the service that this tool asked."
        case 404 | 410:
            text = "The service that this tool asked doesn't have what was asked for."
        case 409 | 412:
            text = "What this tool tried to change was changed in the meantime, or is there already."
        case 413:
            text = "This is too large for the service that this tool asked."
        case 423:
            text = "What this tool tried to change is locked at the moment. Try again later."
        case _ if status >= 500:
            text = f"The service that this tool asked has a problem at the moment (status {status}). Try again later."
        case _:
            text = f"The service that this tool asked refused, with status {status}."
    raise errors.Error(text)


def parse_body(body: bytes, of: Any) -> Any:
    """Reads a JSON body. What is wrong with it goes to the log."""
    try:
        return codec_of(of, strict=False).read(load(body))
    except (Mismatch, ValueError) as error:
        log.error(f"a service's answer isn't what was expected: {error}")
        raise errors.Error("The service that this tool asked gave an answer that it doesn't understand.") from None


def write_body(value: object) -> bytes:
    """Writes a JSON body."""
    try:
        return dump(plain(value)).encode()
    except Mismatch as mismatch:
        raise Invalid(f"this can't be written as JSON: {mismatch}") from None

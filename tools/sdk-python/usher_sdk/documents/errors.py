"""Why an operation on documents failed. Nothing was written then."""

from __future__ import annotations

from typing import Any

from usher_sdk import errors, log


class Error(errors.CapabilityError):
    """Why an operation on documents failed."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        """What is for the operator's log, not for the client."""

    def answer(self) -> errors.Error:
        return errors.Error(errors.MISTAKE)

    def _logged(self, what: str, text: str) -> errors.Error:
        log.error(f"documents: {what}: {self.detail}")
        return errors.Error(text)


class NotGranted(Error):
    """The grant has no such container, or not for this."""

    def answer(self) -> errors.Error:
        return self._logged("not granted", errors.BEYOND_GRANT)


class NotFound(Error):
    """No such item."""

    def answer(self) -> errors.Error:
        return errors.Error("There is no such item.")


class Conflict(Error):
    """An item of that id exists, or a unique key is taken."""

    def answer(self) -> errors.Error:
        return errors.Error("There is such an item already.")


class PreconditionFailed(Error):
    """Another write came first: ``if_match`` or the condition didn't hold."""

    def answer(self) -> errors.Error:
        return errors.Error("The item was changed in the meantime. Read it again, then try again.")


class TooLarge(Error):
    """Over 2 MB, or over the grant's limit."""

    def answer(self) -> errors.Error:
        return errors.Error(errors.TOO_LARGE)


class Invalid(Error):
    """What was wrong: an id, a path, a body, the SQL (with the column); or what is stored isn't what was expected."""

    def answer(self) -> errors.Error:
        return self._logged("invalid", errors.MISTAKE)


class LimitExceeded(Error):
    """The grant's limit that was reached: rows read, bytes held, calls, request units."""

    def answer(self) -> errors.Error:
        return self._logged("limit exceeded", errors.TOO_LARGE)


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
        return errors.Error(errors.TIMEOUT)


class Unavailable(Error):
    """The store can't be reached."""

    def answer(self) -> errors.Error:
        return errors.Error(errors.UNAVAILABLE)


class TransactionError(Error):
    """Why a transaction failed. Nothing of it was written."""

    def __init__(self, index: int | None, error: Error) -> None:
        super().__init__(error.detail)
        self.index = index
        """Which write was to blame, counted from 0; ``None``: the whole."""
        self.error = error
        """What was wrong with it."""

    def answer(self) -> errors.Error:
        return self.error.answer()


_KINDS: dict[str, type[Error]] = {
    kind.__name__: kind
    for kind in (
        NotGranted, NotFound, Conflict, PreconditionFailed, TooLarge, Invalid, LimitExceeded, Throttled, Timeout, Unavailable,
    )
}  # fmt: skip


def raised(error: Any) -> Error:
    """The exception for an error of the contract: ``documents.error`` or ``documents.transaction-error``."""
    if hasattr(error, "index"):
        return TransactionError(error.index, raised(error.error))
    kind = _KINDS[type(error).__name__.removeprefix("Error_")]
    return kind(error.value) if hasattr(error, "value") else kind()

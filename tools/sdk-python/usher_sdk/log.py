"""Messages for the operator's log.

They name no person's data: a log is read by other people than those whose data it is. Without a host, as in a unit test, they
go to standard error. What a tool prints goes to the log too, as `info`.
"""

from __future__ import annotations

import sys
from typing import Literal

from usher_sdk import host

Level = Literal["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]
"""As in RFC 5424."""


def log(level: Level, message: str) -> None:
    """Writes one message. Never fails; too many are dropped by the host."""
    if host.is_connected():
        host.call("log", "log", getattr(host.type_of("log", "Level"), level.upper()), message)
    else:
        print(f"{level}: {message}", file=sys.stderr)


def debug(message: str) -> None:
    """Writes a message for whoever looks for a mistake."""
    log("debug", message)


def info(message: str) -> None:
    """Writes a message on the ordinary course of things."""
    log("info", message)


def warning(message: str) -> None:
    """Writes a message on something that should be looked at some day."""
    log("warning", message)


def error(message: str) -> None:
    """Writes a message on something that went wrong."""
    log("error", message)

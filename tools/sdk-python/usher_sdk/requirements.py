"""What a tool requires, and therefore the most that it gets.

A container is a requirement, and so are `usher_sdk.graph.template`, `usher_sdk.graph.MEMBERSHIPS`,
`usher_sdk.graph_write.template`, `usher_sdk.http.origin` and `client`. It grants nothing by itself: a call's permit is the
operator's grant narrowed to what its tool requires, and a tool that requires nothing reaches no documents, no Graph and no
other service.

Who the caller is, settings, log, progress and notifications aren't required: they reach nobody's data, and the grant alone
decides about them.
"""

from __future__ import annotations

from typing import Literal, get_args

ClientCapability = Literal["elicitation_form", "elicitation_url", "sampling", "sampling_tools", "roots", "tasks", "apps"]
"""What a client can do for a tool, in the contract's words."""


class Requirement:
    """One thing that a tool needs.

    Attributes:
        interface: The import that it takes, ``None`` for a client's capability.
        case: The case of the contract's ``requirement``, in its spelling.
        value: The container, the template, the origin, the capabilities; ``None`` where the case says it all.
    """

    __slots__ = ("case", "interface", "value")

    def __init__(self, interface: str | None, case: str, value: str | tuple[str, ...] | None) -> None:
        self.interface = interface
        self.case = case
        self.value = value

    def __repr__(self) -> str:
        return self.case if self.value is None else f"{self.case}({self.value!r})"


def client(*capabilities: ClientCapability) -> Requirement:
    """The client can be asked for all of these. One that can't is told so before the tool runs."""
    known = get_args(ClientCapability)
    for capability in capabilities:
        if capability not in known:
            raise ValueError(f"clients have no capability `{capability}`: write one of {', '.join(known)}")
    if not capabilities:
        raise ValueError('say which: client("elicitation_form")')
    return Requirement(None, "client", capabilities)


def is_path(text: str) -> bool:
    """Whether this is a path below ``/v1.0`` without a query, as a template of Graph is."""
    return text.startswith("/") and not any(mark in text for mark in "?# ")

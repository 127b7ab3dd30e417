"""The one door to the host: the functions that a component imports.

In a component they are what componentize-py generates from the contract, one module an interface (`connect`). A test puts a
stand-in there (`usher_sdk.testing`). Without either, a capability can't be used: it exists in a host only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol


class NotInAHost(RuntimeError):
    """A capability was used where there is no host, or one that this component wasn't built with."""


class Imports(Protocol):
    """What stands behind the door."""

    def call(self, interface: str, function: str, arguments: tuple[Any, ...]) -> Any:
        """Calls an imported function, with the names as Python spells them."""

    def type(self, interface: str, name: str) -> Any:
        """A type of an interface."""


class Component:
    """The imports of a component.

    Args:
        modules: The generated module of each interface that the component imports.
        ok: What says a result where there are several, each for itself.
        error: The exception that they raise, and what says an error where there are several.
        raised: What the SDK raises instead, by the interface.
    """

    def __init__(
        self,
        modules: Mapping[str, Any],
        ok: Any,
        error: type[Exception],
        raised: Mapping[str, Callable[[Any], Exception]],
    ) -> None:
        self.modules = modules
        self.ok = ok
        self.error = error
        self.raised = raised

    def call(self, interface: str, function: str, arguments: tuple[Any, ...]) -> Any:
        imported = getattr(self._module(interface), function)
        try:
            result = imported(*arguments)
        except self.error as error:
            raise self._raised(interface, error) from None
        return [self._one(interface, each) for each in result] if isinstance(result, list) else result

    def _one(self, interface: str, answer: Any) -> Any:
        if isinstance(answer, self.error):
            return self._raised(interface, answer)
        return answer.value if isinstance(answer, self.ok) else answer

    def _raised(self, interface: str, error: Any) -> Exception:
        return self.raised[interface](error.value)

    def type(self, interface: str, name: str) -> Any:
        return getattr(self._module(interface), name)

    def _module(self, interface: str) -> Any:
        module = self.modules.get(interface)
        if module is None:
            raise NotInAHost(
                f"this component was built without `{interface}`: no module of the project imports it plainly, "
                f"as in `from usher_sdk import {interface}`"
            )
        return module


class Nowhere:
    """There is no host."""

    def call(self, interface: str, function: str, arguments: tuple[Any, ...]) -> Any:
        raise NotInAHost(f"`{interface}` exists in a host only: in a test, use `usher_sdk.testing.FakeHost`")

    def type(self, interface: str, name: str) -> Any:
        raise NotInAHost(f"`{interface}` exists in a host only: in a test, use `usher_sdk.testing.FakeHost`")


_imports: Imports = Nowhere()


def connect(imports: Imports) -> Imports:
    """Puts something behind the door. Gives what was there before."""
    global _imports
    before, _imports = _imports, imports
    return before


def is_connected() -> bool:
    """Whether there is a host, or a stand-in for one."""
    return not isinstance(_imports, Nowhere)


def call(interface: str, function: str, *arguments: Any) -> Any:
    """Calls a function of the host. What it gives is of the contract's types; what it raises is of the SDK's. Of several answers,
    those that are errors are given, not raised."""
    return _imports.call(interface, function, arguments)


def type_of(interface: str, name: str) -> Any:
    """A type of the contract, to make an argument of."""
    return _imports.type(interface, name)

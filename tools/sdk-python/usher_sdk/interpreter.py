"""Python, in a component: what is different there, and how it is made to say so.

A component is a snapshot of an interpreter that has imported the project's modules. Each call starts from it, in an instance of
its own, which reaches nothing but the host's interfaces. Whatever Python would ask an operating system for ends in a trap, which
has no text. So that an author reads what is wrong instead:

Time
    comes from the host (``wasi:clocks``) if the project uses `time`, or ``now()``, ``today()`` and ``utcnow()`` of `datetime`.
Randomness
    comes from the host (``wasi:random``) if the project uses `random`, `secrets`, `uuid` (of versions that are random) or
    ``os.urandom``. The seed of the snapshot is never used: every call would see the same "random" numbers, and an attacker
    could know them.

``usher build`` finds out by reading the project's source which of the two it uses; ``clocks = true`` and ``random = true`` under
``[tool.usher]`` in pyproject.toml ask for them where it can't tell, as with a dependency that uses them. Without them, what
needs them raises an error that says so.

Imports
    happen when the component is built; later there is nothing to import from.
Files
    don't exist.
Output
    What is printed goes to the operator's log.

None of this is changed in ordinary Python: only ``usher build`` calls this module.
"""

from __future__ import annotations

import _io
import builtins
import datetime
import gc
import importlib
import io
import linecache
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from usher_sdk import log


class NotInAComponent(RuntimeError):
    """What was tried needs an operating system, and there is none in a component."""


class Hosts:
    """What the host gives: the generated modules of WASI's interfaces, ``None`` without."""

    def __init__(self, wall_clock: Any, monotonic_clock: Any, random_numbers: Any) -> None:
        self.wall_clock = wall_clock
        self.monotonic_clock = monotonic_clock
        self.random_numbers = random_numbers


_LATE = ("_strptime", "encodings.ascii", "encodings.idna", "encodings.latin_1", "encodings.utf_16", "unicodedata")
"""What Python imports by itself when it is first needed."""

_hosts = Hosts(None, None, None)
_sealed = False

_NANOSECONDS = 1_000_000_000


def prepare(hosts: Hosts) -> None:
    """Replaces what needs an operating system. Called before any module of the project is imported, so that none of them holds
    the original."""
    global _hosts
    _hosts = hosts
    _replace_clocks()
    _replace_randomness()


def seal(project: Sequence[str]) -> None:
    """Ends the build: from here on, there is no system below. Called when all modules are imported.

    Args:
        project: The names of the project's own modules, whose source lines a traceback then shows.
    """
    global _sealed
    if _hosts.random_numbers is None:
        _refuse_randomness()
    for name in _LATE:
        importlib.import_module(name)
    _keep_source_lines(project)
    _refuse_files()
    _refuse_imports()
    _redirect_output()
    # Instances start without garbage, and what is there now isn't looked at again: looking would copy its pages.
    gc.collect()
    gc.freeze()
    _sealed = True


def begin_call() -> None:
    """Each call has its own random numbers."""
    if _hosts.random_numbers is not None:
        random.seed(int.from_bytes(os.urandom(32), "little"))


def end_call() -> None:
    """Nothing that was printed is left unsaid."""
    sys.stdout.flush()
    sys.stderr.flush()


# ---- Time


def _unix_nanoseconds() -> int:
    if not _sealed:
        return _build_time_ns()
    if _hosts.wall_clock is None:
        _refuse_clocks()
    now = _hosts.wall_clock.now()
    return int(now.seconds * _NANOSECONDS + now.nanoseconds)


def _monotonic_nanoseconds() -> int:
    if not _sealed:
        return _build_monotonic_ns()
    if _hosts.monotonic_clock is None:
        _refuse_clocks()
    return int(_hosts.monotonic_clock.now())


def _refuse_clocks() -> NoReturn:
    raise NotInAComponent(
        "this component was built without a clock. If a dependency needs one, write `clocks = true` under [tool.usher] in "
        "pyproject.toml; the operator then grants it"
    )


def _no_sleep(*_: Any) -> NoReturn:
    raise NotInAComponent("a tool doesn't sleep: a person waits for it")


# What Python itself has, while the component is built.
_build_time_ns = time.time_ns
_build_monotonic_ns = time.monotonic_ns


def _replace_clocks() -> None:
    module: Any = time
    for name, clock in (("time", _unix_nanoseconds), ("monotonic", _monotonic_nanoseconds)):
        setattr(module, f"{name}_ns", clock)
        setattr(module, name, lambda clock=clock: clock() / _NANOSECONDS)
    # There is but one stopwatch.
    for name in ("perf_counter", "process_time", "thread_time"):
        if hasattr(module, name):
            setattr(module, name, module.monotonic)
            setattr(module, f"{name}_ns", module.monotonic_ns)
    for name in ("gmtime", "localtime", "ctime"):
        setattr(module, name, _at_a_time(getattr(time, name)))
    strftime = time.strftime
    module.strftime = lambda format, at=None: strftime(format, module.localtime() if at is None else at)
    module.sleep = _no_sleep
    _replace_methods(datetime.datetime, now=_now, utcnow=_utcnow, today=_now)
    _replace_methods(datetime.date, today=_today)


def _at_a_time(function: Callable[[float], Any]) -> Callable[..., Any]:
    """The same function, with the time of day as the default."""
    return lambda seconds=None: function(_unix_nanoseconds() / _NANOSECONDS if seconds is None else seconds)


def _now(cls: Any, tz: datetime.tzinfo | None = None) -> Any:
    seconds, nanoseconds = divmod(_unix_nanoseconds(), _NANOSECONDS)
    return cls.fromtimestamp(seconds, tz).replace(microsecond=nanoseconds // 1000)


def _utcnow(cls: Any) -> Any:
    return _now(cls, datetime.timezone.utc).replace(tzinfo=None)


def _today(cls: Any) -> Any:
    return cls.fromtimestamp(_unix_nanoseconds() // _NANOSECONDS)


def _replace_methods(of: type, **methods: Callable[..., Any]) -> None:
    """Replaces class methods of a type that is written in C, in place: a subclass would be another type, which
    ``isinstance`` and the values that there are already would tell. The interpreter is of one exact version, and the tests
    of the build would notice if another didn't let us."""
    (namespace,) = (held for held in gc.get_referents(of.__dict__) if isinstance(held, dict))
    for name, method in methods.items():
        namespace[name] = classmethod(method)
    clear: Callable[[], None] = getattr(sys, "_clear_internal_caches", lambda: None)
    clear()


# ---- Randomness


def _urandom(size: int) -> bytes:
    if not _sealed:
        raise NotInAComponent(
            "the top level of a module runs once, when the component is built: what is random there would be the same in every "
            "call. Make it in a function"
        )
    if _hosts.random_numbers is None:
        _refuse_random()
    return bytes(_hosts.random_numbers.get_random_bytes(size))


def _refuse_random(*_: Any) -> NoReturn:
    raise NotInAComponent(
        "this component was built without random numbers. If a dependency needs them, write `random = true` under [tool.usher] "
        "in pyproject.toml; the operator then grants them"
    )


def _replace_randomness() -> None:
    os.urandom = _urandom
    module: Any = random
    module._urandom = _urandom
    seed = random.Random.seed

    def seeded(self: random.Random, a: Any = None, version: int = 2) -> None:
        seed(self, int.from_bytes(_urandom(32), "little") if a is None else a, version)

    # `random.Random()` seeds itself by this.
    random.Random.seed = seeded  # type: ignore[method-assign]
    module.seed = seeded.__get__(module._inst)


class _Unseeded(random.Random):
    """The generator behind the functions of `random`, where nothing could seed it."""

    def random(self) -> float:
        _refuse_random()

    def getrandbits(self, k: int, /) -> int:
        _refuse_random()


def _refuse_randomness() -> None:
    module: Any = random
    module._inst.__class__ = _Unseeded
    for name in ("random", "getrandbits", "randbytes"):
        setattr(module, name, _refuse_random)
    _refuse_held_generators()


def _refuse_held_generators() -> None:
    """A module that holds the generator's own functions (``from random import random``) would repeat its numbers. The project's
    were looked at before; so this is a dependency's."""
    module: Any = random
    for name, loaded in list(sys.modules.items()):
        if name.partition(".")[0] in sys.stdlib_module_names or name.partition(".")[0] == "usher_sdk":
            continue
        for held in list(vars(loaded).values()):
            if getattr(held, "__self__", None) is module._inst:
                raise NotInAComponent(
                    f"{name} uses random numbers: write `random = true` under [tool.usher] in pyproject.toml"
                )


# ---- Imports, files, output


class _NothingToImport:
    """The last finder: everything was imported at the build."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> None:
        # Python's own modules look for optional ones, and take this for "there is none".
        raise ModuleNotFoundError(
            f"`{name}` wasn't imported when the component was built: import it at the top of a module of the project", name=name
        )


def _refuse_imports() -> None:
    kept = [finder for finder in sys.meta_path if getattr(finder, "__name__", "") in ("BuiltinImporter", "FrozenImporter")]
    sys.meta_path[:] = [*kept, _NothingToImport]


def _no_files(*_: Any, **__: Any) -> NoReturn:
    raise PermissionError("there are no files in a component")


def _refuse_files() -> None:
    builtins.open = io.open = _no_files
    # What loaders read sources by, such as for the lines of a traceback.
    loaders: Any = _io
    loaders.open = loaders.open_code = io.open_code = _no_files
    module: Any = os
    for name in ("listdir", "lstat", "mkdir", "open", "readlink", "remove", "rename", "rmdir", "scandir", "stat", "unlink"):
        setattr(module, name, _no_files)


def _keep_source_lines(project: Sequence[str]) -> None:
    """A traceback shows the lines of the project's modules; their files are gone by then."""
    for name in project:
        path = getattr(sys.modules.get(name), "__file__", None)
        if path is not None and (lines := linecache.getlines(path)):
            # Without a time of change, an entry is kept as it is.
            linecache.cache[path] = (sum(map(len, lines)), None, lines, path)


class _LogWriter(io.TextIOBase):
    """Writes whole lines to the log."""

    def __init__(self, level: log.Level) -> None:
        super().__init__()
        self._level: log.Level = level
        self._line = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if line:
                log.log(self._level, line)
        return len(text)

    def flush(self) -> None:
        line, self._line = self._line, ""
        if line:
            log.log(self._level, line)


def _redirect_output() -> None:
    sys.stdout = _LogWriter("info")
    sys.stderr = _LogWriter("warning")

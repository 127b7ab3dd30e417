"""What a project's source uses of the host: read from its syntax, nothing is run.

Takes a folder of sources. Prints a JSON object: the names of the modules, the capabilities that they import from `usher_sdk`, and
whether they use the clock and random numbers; each with the place where it was found first.
"""

import ast
import json
import sys
from pathlib import Path

CAPABILITIES = {
    "all_documents",
    "config",
    "graph",
    "graph_write",
    "http",
    "identity",
    "log",
    "my_documents",
    "my_documents_write",
    "notifications",
    "progress",
    "shared_documents",
    "shared_documents_write",
}
SDK = "usher_sdk"
CLOCK_METHODS = {"now", "today", "utcnow"}
RANDOM_MODULES = {"random", "secrets"}
RANDOM_UUIDS = {"getnode", "uuid1", "uuid4", "uuid6", "uuid7", "uuid8"}
RANDOM_OF_OS = {"getrandom", "urandom"}


class Refused(Exception):
    """The source is such that what it uses can't be told, or can't be built."""


class Uses(ast.NodeVisitor):
    """What one module uses."""

    def __init__(self, path):
        self.path = path
        self.found = {}
        # The names that modules go by here: {"sdk": "usher_sdk"} after `import usher_sdk as sdk`.
        self.names = {}
        self.knows_datetime = False

    def use(self, what, node):
        self.found.setdefault(what, f"{self.path}:{node.lineno}")

    def visit_If(self, node):
        test = node.test
        if (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
            isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
        ):
            # For type checkers alone.
            for other in node.orelse:
                self.visit(other)
        else:
            self.generic_visit(node)

    def visit_Import(self, node):
        for alias in node.names:
            first, *rest = alias.name.split(".")
            if alias.asname is None or not rest:
                self.names[alias.asname or first] = first
            if first == SDK and rest:
                self.capability(rest[0], node)
            self.module(first, node)

    def visit_ImportFrom(self, node):
        if node.level or node.module is None:
            return
        first, *rest = node.module.split(".")
        names = [alias.name for alias in node.names]
        if first == SDK:
            if rest:
                self.capability(rest[0], node)
            elif "*" in names:
                raise Refused(
                    f"{self.path}:{node.lineno}: `from usher_sdk import *` doesn't say what the component may do: name it"
                )
            else:
                for name in names:
                    self.capability(name, node)
        elif first == "uuid" and RANDOM_UUIDS & set(names):
            self.use("random", node)
        elif first == "os" and RANDOM_OF_OS & set(names):
            self.use("random", node)
        self.module(first, node)

    def visit_Attribute(self, node):
        if isinstance(node.value, ast.Name):
            of = self.names.get(node.value.id)
            if of == SDK:
                self.capability(node.attr, node)
            elif (of == "uuid" and node.attr in RANDOM_UUIDS) or (of == "os" and node.attr in RANDOM_OF_OS):
                self.use("random", node)
        if node.attr in CLOCK_METHODS and self.knows_datetime:
            self.use("clocks", node)
        self.generic_visit(node)

    def capability(self, name, node):
        if name in CAPABILITIES:
            self.use(name, node)

    def module(self, name, node):
        if name == "time":
            self.use("clocks", node)
        elif name in RANDOM_MODULES:
            self.use("random", node)
        elif name == "datetime":
            self.knows_datetime = True


def scan(folder):
    modules = []
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        if parts[-1] == "__main__" or any(not part.isidentifier() for part in parts):
            continue
        modules.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
        shown = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        uses = Uses(shown)
        uses.visit(ast.parse(path.read_bytes(), shown))
        for what, where in uses.found.items():
            found.setdefault(what, where)
    return {
        "modules": modules,
        "capabilities": {name: where for name, where in sorted(found.items()) if name in CAPABILITIES},
        "clocks": found.get("clocks"),
        "random": found.get("random"),
    }


def main():
    try:
        print(json.dumps(scan(Path(sys.argv[1]))))
    except SyntaxError as error:
        sys.exit(f"SyntaxError: {error.msg} ({error.filename}, line {error.lineno})\n    {(error.text or '').strip()}")
    except (Refused, UnicodeError) as refused:
        sys.exit(f"error: {refused}")


main()

"""A plugin of pytest that takes one filter out of a module while it is imported: for `tools.ownership`.

WITHOUT_FILTER names it, as in `tracking/record.py:2`.
"""

import ast
import os
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from tools.ownership import Filters

FILE, _, NUMBER = os.environ.get("WITHOUT_FILTER", "").rpartition(":")


class Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        """Never from a file with compiled code."""
        tree = Filters(FILE, int(NUMBER)).visit(ast.parse(self.get_data(self.path)))
        return compile(ast.fix_missing_locations(tree), self.path, "exec", dont_inherit=True)


class Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != FILE.removesuffix(".py").replace("/", "."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = Loader(fullname, spec.origin)
        return spec


def everybodys(rows: Any) -> Any:
    """The queryset without its conditions on whose rows they are."""
    found = rows.all()
    found.query.where = _without(found.query.where) or type(found.query.where)()
    return found


def _without(node: Any) -> Any:
    """None where nothing is left, which is true of every row."""
    if not hasattr(node, "children"):
        target = getattr(getattr(node, "lhs", None), "target", None)
        return None if target is not None and target.name in ("user", "owner") else node
    children = [_without(child) for child in node.children]
    if node.connector == "OR" and None in children:
        return None
    kept = [child for child in children if child is not None]
    return node.create(kept, node.connector, node.negated) if kept else None


if FILE:
    import sys

    sys.meta_path.insert(0, Finder())

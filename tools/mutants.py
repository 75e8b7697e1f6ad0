"""Small mistakes, made on purpose: each mutant of a file differs from it in one place.

A mutant is known by its file, its function, and the smallest piece of code around the change that tells what it is. A
note about it holds as long as that piece of code does, whatever moves around it.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

TELLING = 24
"""A piece of code with so many characters is recognised; a shorter one is shown with what is around it."""

OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Pow: ast.Mult,
}
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}

UNSEEN = {"TypeVar", "ParamSpec", "cast", "dataclass", "lru_cache", "cache"}
"""What these are given is for the type checker, or bounds memory."""

WITHOUT_WHICH_NOTHING_WORKS = {"property", "classmethod", "cached_property", "prepared"}
"""Decorators by which the callers call something else: to miss the lack of one takes no test."""

FOR_SEVERAL_AT_ONCE = {"select_for_update", "atomic", "_one_at_a_time"}
"""Locks, of which SQLite takes no notice. They are held against PostgreSQL, by tests of several at once."""

Put = Callable[[ast.AST], None]
Change = tuple[Put, ast.AST, ast.AST]
"""Puts a node in its place, the node that is there, and the one to put there."""


@dataclass(frozen=True)
class Mutant:
    file: str
    place: str
    """The function or class around the change, by its qualified name."""
    text: str
    nth: int
    """Among those of a place that read alike."""
    function: str
    """The outermost function that the change is inside of; empty for what is done when the file is loaded."""
    line: int
    tree: ast.Module
    change: Change

    def __str__(self) -> str:
        which = f" ({self.nth})" if self.nth > 1 else ""
        return f"`{self.file}` {self.place}: {self.text}{which}".replace(" :", ":")

    def code(self) -> CodeType:
        """The whole file with the mistake in it."""
        put, old, new = self.change
        put(new)
        try:
            return compile(ast.fix_missing_locations(self.tree), str(Path(self.file).resolve()), "exec")
        finally:
            put(old)


def mutants(file: str) -> list[Mutant]:
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    alike: Counter[tuple[str, str]] = Counter()
    found = []
    for around, change in _changes(tree, []):
        named = [one for one in around if isinstance(one, (ast.FunctionDef, ast.ClassDef))]
        outer = next((n for n, one in enumerate(named) if isinstance(one, ast.FunctionDef)), None)
        place = ".".join(one.name for one in named)
        text = _told(around, change)
        alike[place, text] += 1
        inside = outer is not None and _is_in_body(around, named[outer])
        function = ".".join(one.name for one in named[: outer + 1]) if outer is not None and inside else ""
        line = getattr(change[1], "lineno", 0)
        found.append(Mutant(file, place, text, alike[place, text], function, line, tree, change))
    return found


def _is_in_body(around: Sequence[ast.AST], function: ast.AST) -> bool:
    """Or among the decorators and defaults, which are looked at when the file is loaded."""
    place = around.index(function)
    return len(around) > place + 1 and around[place + 1] in function.body  # type: ignore[attr-defined]


def _changes(node: ast.AST, around: list[ast.AST]) -> Iterator[tuple[list[ast.AST], Change]]:
    """All of them, each with the nodes it is in, from the outermost to the one that is changed."""
    inner = [*around, node]
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        for decorator in node.decorator_list:
            if _name(decorator) not in UNSEEN | WITHOUT_WHICH_NOTHING_WORKS | FOR_SEVERAL_AT_ONCE:
                yield inner, (_putting(node, "decorator_list"), _List(node.decorator_list), _without(node, decorator))
    for put, child in _children(node):
        for new in _instead_of(child, node):
            yield [*inner, child], (put, child, ast.fix_missing_locations(ast.copy_location(new, child)))
        yield from _changes(child, inner)


class _List(ast.AST):
    """Some nodes in the place of one."""

    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        super().__init__()
        self.nodes = nodes


def _putting(node: ast.AST, field: str, n: int | None = None) -> Put:
    def put(new: ast.AST) -> None:
        if n is None:
            setattr(node, field, list(new.nodes) if isinstance(new, _List) else new)
        else:
            getattr(node, field)[n] = new

    return put


def _without(node: ast.FunctionDef | ast.ClassDef, decorator: ast.AST) -> _List:
    return _List([one for one in node.decorator_list if one is not decorator])


def _children(node: ast.AST) -> Iterator[tuple[Put, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "bases", "ctx", "op", "ops"):
            continue
        for n, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _is_left_alone(child, node):
                yield _putting(node, field, n), child


def _is_left_alone(child: ast.AST, parent: ast.AST) -> bool:
    match child:
        case ast.Expr(value=ast.Constant()):
            return True  # a docstring
        case ast.Call() if _name(child) in UNSEEN | FOR_SEVERAL_AT_ONCE:
            return True
        case ast.Expr(value=value) if any(f"{name}(" in ast.unparse(value) for name in FOR_SEVERAL_AT_ONCE):
            return True
        case ast.FunctionDef(name="as_postgresql") | ast.If(test=ast.Compare(comparators=[ast.Constant("postgresql")])):
            return True  # the mistakes are tried on SQLite
        case ast.JoinedStr() | ast.Import() | ast.ImportFrom() | ast.keyword(arg="strict"):
            return True
    if isinstance(parent, ast.ClassDef) and any(getattr(one, "name", "") == "Meta" for one in parent.body):
        # What a model declares is held against its migrations by `make check`.
        return not isinstance(child, ast.FunctionDef)
    return False


def _name(node: ast.AST) -> str:
    """Of what is called or named there, without the module it is in."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _instead_of(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Constant(value=str(value)):
            yield ast.Constant(f"XX{value}XX")
        case ast.Constant(value=bytes(value)):
            yield ast.Constant(value + b"X")
        case ast.Compare():
            for n, operator in enumerate(node.ops):
                ops = [*node.ops[:n], _other(operator), *node.ops[n + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)  # type: ignore[arg-type]
        case ast.BoolOp():
            yield ast.BoolOp(_other(node.op), node.values)  # type: ignore[arg-type]
        case ast.BinOp() if type(node.op) in OPERATORS:
            yield ast.BinOp(node.left, _other(node.op), node.right)  # type: ignore[arg-type]
        case ast.AugAssign() if type(node.op) in OPERATORS:
            yield ast.AugAssign(node.target, _other(node.op), node.value)  # type: ignore[arg-type]
            yield ast.Assign([node.target], node.value)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.IfExp():
            yield ast.IfExp(_negated(node.test), node.body, node.orelse)
        case ast.Call():
            yield from _other_calls(node, parent)
        case ast.Name(id=name) if name in FUNCTIONS:
            yield ast.Name(FUNCTIONS[name], ast.Load())
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
    if isinstance(parent, (ast.If, ast.While)) and node is parent.test:
        yield _negated(node)
    if isinstance(parent, ast.comprehension) and node in parent.ifs:
        yield ast.Constant(True)


def _other_calls(node: ast.Call, parent: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node.func, ast.Attribute) and not isinstance(parent, ast.Expr):
        yield node.func.value  # what the method was called on: a filter less
    for keyword in node.keywords:
        if keyword.arg and not _is_left_alone(keyword, node):
            yield ast.Call(node.func, node.args, [one for one in node.keywords if one is not keyword])


def _other(operator: ast.AST) -> ast.AST:
    return OPERATORS[type(operator)]()


def _negated(node: ast.AST) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    return ast.UnaryOp(ast.Not(), node)  # type: ignore[arg-type]


def _told(around: Sequence[ast.AST], change: Change) -> str:
    put, old, new = change
    if isinstance(old, _List) and isinstance(new, _List):
        (decorator,) = (one for one in old.nodes if one not in new.nodes)
        return f"`@{ast.unparse(decorator)}` → nothing"
    before = ""
    shown = old
    for shown in reversed(around):
        before = _line(shown)
        if isinstance(shown, ast.stmt) or len(before) >= TELLING:
            break
    if shown is old:
        return f"`{before}` → `{_line(new)}`"
    put(new)
    try:
        return f"`{before}` → `{_line(shown)}`"
    finally:
        put(old)


def _line(node: ast.AST) -> str:
    """On one line, and of what has a body the head alone."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.With, ast.Try)):
        bare = type(node)(**{**dict(ast.iter_fields(node)), "body": [ast.Pass()], "decorator_list": [], "orelse": []})
        return ast.unparse(ast.copy_location(bare, node)).partition("\n")[0]
    return " ".join(ast.unparse(node).split())

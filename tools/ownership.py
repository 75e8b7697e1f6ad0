"""Takes each filter that narrows a query to a person out of the code, one at a time, and sees which test turns red.

    make ownership
    python -m tools.ownership sharing/ rights/leaving.py     # only those there
    python -m tools.ownership list                           # only say where they are

A filter is a call of a method that says whose rows are meant (`for_user`, `own`, …), or a condition about a person in a
`filter` or `get`: see `Filters`. The code on disk stays as it is; `tools.without_filter` changes one module while it is
imported. The tests of the authorization come first, and then, for what they let pass, those of the app.
"""

import ast
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tools.figures import judge, publish
from tools.test import TESTING

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "exercises", "tracking", "pain", "history", "sharing", "reminders", "rights", "backpain")
AT_ONCE = 2

NARROWING = {"for_user", "own", "seen_by", "may_be_taken_up_by", "offered", "catalogue"}
"""Methods of querysets that say whose rows are meant; of the last two, that they are nobody's."""
SESSIONS_OF = "Session.objects.of"
"""Another one, whose name means other things elsewhere."""
ABOUT_A_PERSON = re.compile(r"(user|owner|person|email_address)(_id|__\w+)?|token_hash")
"""Conditions, by their names, that say so as well."""
IS_A_PERSON = re.compile(r"\b(user|person)\.pk\b|\bsigned_in\(|^key$")
"""Values that make a condition on `pk` one of them."""

MATRIX = "tests/test_authorization.py::test_every_address_answers_every_method_as_it_is_declared"
FIRST = [
    "tests/test_authorization.py::test_what_others_have_changes_nothing_that_is_ones_own",
    "tests/test_authorization.py::test_what_is_somebody_elses_answers_as_what_never_was",
    "tests/test_apart.py",
    *(f"{MATRIX}[{role}]" for role in ("another", "owner", "staff")),
]
THEN = {
    "accounts": "test_sessions test_second_factor test_admin test_leaving_at_once test_accounts",
    "exercises": "test_own_exercises test_catalogue test_import_page",
    "tracking": "test_planning test_plan_page test_pauses test_own_exercises test_skips test_growth test_ticking",
    "pain": "test_pain_page",
    "history": "test_history test_sheet test_year",
    "sharing": "test_sharing",
    "reminders": "test_push_devices test_push test_reminder_answers test_reminder_wishes test_reminders_sending "
    "test_calendar",
    "rights": "test_leaving test_leaving_at_once test_import_page test_export_json",
    "backpain": "test_errors",
}


@dataclass(frozen=True)
class Filter:
    """Where it stands, and what it says. `number` counts those of a file."""

    file: str
    number: int
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.words}"


class Filters(ast.NodeTransformer):
    """Finds the filters of a module, and takes the one with the given number out."""

    def __init__(self, file: str, without: int | None = None) -> None:
        self.file, self.without = file, without
        self.found: list[Filter] = []

    def visit_Call(self, node: ast.Call) -> ast.AST:  # the name is ast's
        match node.func:
            case ast.Attribute(value=of, attr=name) if _is_narrowing(of, name):
                # What the call is made on may hold another one, its own name may not.
                of_it = self.visit(of)
                node = ast.Call(ast.Attribute(of_it, name, ast.Load()), node.args, node.keywords)
                return _everybodys(node) if self._is_out(node, node.func.value) else node  # type: ignore[attr-defined]
            case ast.Attribute(attr="filter" | "get" | "exclude"):
                self.generic_visit(node)
                kept = [word for word in node.keywords if not self._is_out_if(_narrows(word), word)]
                args = [arg for arg in node.args if not self._is_out_if("owner" in ast.unparse(arg), arg)]
                return ast.Call(node.func, args, kept)
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """A method that is handed on, to be called elsewhere."""
        if node.attr in NARROWING and ast.unparse(node.value).endswith(".objects") and self._is_out(node, node.value):
            user = ast.arguments([], [ast.arg("user")], None, [], [], None, [])
            return ast.Lambda(user, _everybodys(ast.Call(node, [ast.Name("user", ast.Load())], [])))
        return self.generic_visit(node)

    def _is_out_if(self, is_one: bool, node: ast.AST) -> bool:
        return is_one and self._is_out(node, node)

    def _is_out(self, node: ast.AST, place: ast.AST) -> bool:
        line = int(getattr(place, "lineno", 0))
        self.found.append(Filter(self.file, len(self.found), line, ast.unparse(node)))
        return self.found[-1].number == self.without


def _is_narrowing(of: ast.expr, name: str) -> bool:
    """Whether the method is one of those, and not a function of the module that is called `catalogue`."""
    rows = ast.unparse(of)
    return f"{rows}.{name}" == SESSIONS_OF or (name in NARROWING and rows != "catalogue")


def _narrows(word: ast.keyword) -> bool:
    value = ast.unparse(word.value)
    if word.arg is None:
        return "user" in value
    return bool(ABOUT_A_PERSON.fullmatch(word.arg)) or (word.arg == "pk" and bool(IS_A_PERSON.search(value)))


def _everybodys(call: ast.expr) -> ast.Call:
    """The same rows of everybody. Nothing else that the method does to the query is taken out."""
    helper = ast.parse("__import__('tools.without_filter', fromlist=['everybodys']).everybodys", mode="eval").body
    return ast.Call(helper, [call], [])


def filters() -> Iterator[Filter]:
    """All there are, in what visitors reach: commands and migrations are not among it."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not {"migrations", "management"} & set(path.parts):
                found = Filters(str(path.relative_to(ROOT)))
                found.visit(ast.parse(path.read_text(encoding="utf-8")))
                yield from found.found


def red_test(one: Filter, database: Path) -> str:
    """The first test that notices that the filter is gone; nothing where none does."""
    app = one.file.split("/")[0]
    return _run(one, database, FIRST) or _run(one, database, [f"tests/{name}.py" for name in THEN[app].split()])


def _run(one: Filter, database: Path, tests: Sequence[str]) -> str:
    environment = {
        **TESTING,
        "DATABASE_URL": f"sqlite:///{database}",
        "WITHOUT_FILTER": f"{one.file}:{one.number}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    unused = ("cacheprovider", "playwright", "xdist", "base_url")
    options = ["-p", "tools.without_filter", *(f"-pno:{name}" for name in unused)]
    options += ["--reuse-db", "-x", "-q", "--tb=no", "-rfE"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if done.returncode == 0:
        return ""
    red = re.search(r"(?m)^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout)
    # Without a test that is red, the tests did not run at all: that proves nothing.
    if done.returncode != 1 or red is None:
        sys.exit(f"The tests did not run without {one}:\n{done.stdout}{done.stderr}")
    return red[1].removeprefix("tests/")


def main() -> None:
    found = list(filters())
    if sys.argv[1:] == ["list"]:
        print("\n".join(map(str, found)))
        return
    found = [one for one in found if not sys.argv[1:] or any(part in str(one) for part in sys.argv[1:])]
    databases: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="backpain-ownership-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        for n in range(AT_ONCE):
            databases.put(Path(folder, f"{n}.sqlite3"))

        def without(one: Filter) -> str:
            database = databases.get()
            try:
                red = red_test(one, database)
            finally:
                databases.put(database)
            print(f"{'caught ' if red else 'MISSED '} {one}\n        {red}", flush=True)
            return red

        red = list(pool.map(without, found))
    missed = [str(one) for one, test in zip(found, red, strict=True) if not test]
    by_first = sum(any(f"tests/{test}".startswith(one) for one in FIRST) for test in red if test)
    publish(
        "ownership",
        {"filters": {"found": len(found), "caught": len(found) - len(missed), "by the tests of the matrix": by_first}},
    )
    judge([f"No test notices that this is gone: {one}" for one in missed])


if __name__ == "__main__":
    main()

"""Tests the tests: puts one small mistake after the other into the code, and sees whether a test notices.

A mistake inside a function is put into the running program. The tests are collected once, and for each mistake a
process is forked off in which the function has other code. It runs the tests that call the function, the quickest
first, up to the first that fails. For a mistake in what is done when a file is loaded, the file is loaded anew.

Mistakes that no test notices have to stand in `docs/mutation.md` with a reason, and nothing else may stand there.

`make mutation` does all of it, `python -m tools.mutation tracking/course.py` one file by the notes of the last run, and
`python -m tools.mutation survivors` what the last run did not see noticed and nobody has accounted for.
"""

import ast
import builtins
import gc
import json
import os
import re
import resource
import signal
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import _lru_cache_wrapper, partial
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import accumulate, takewhile
from pathlib import Path
from threading import local
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from tools.figures import judge, publish
from tools.mutants import Mutant, mutants
from tools.test import TESTING

WANTED = 95.0
RULES = [
    *("exercises/prescription.py", "tracking/schedule.py", "tracking/adherence.py", "tracking/session.py"),
    *("tracking/course.py", "tracking/record.py", "tracking/planning.py", "reminders/calendar_plan.py"),
]
OWNERSHIP = [
    *("accounts/middleware.py", "sharing/models.py", "sharing/views.py", "rights/models.py", "rights/leaving.py"),
    *("tracking/models.py", "pain/models.py", "reminders/calendar_views.py"),
]
OF_OTHERS = {"exercises/models.py": "ExerciseQuerySet", "reminders/models.py": "FeedQuerySet"}
"""Files of which only one class has to do with it."""
APPS = ["accounts", "exercises", "tracking", "pain", "history", "sharing", "reminders", "rights"]

LEFT_OUT = [
    # They start programs of their own, in which there is no mistake, or look at files alone.
    *("backup", "distribute", "faults", "ledger", "migrations", "pictures", "project", "start", "static_files"),
    *("web_worker", "smuggling", "guessing", "headers", "weight", "architecture", "mutation", "zones", "import_fuzz"),
]
TOO_LARGE = re.compile(r"memory|megabytes|64_mb|ten_years")
"""In the names of tests about what much of something takes."""
NEAREST = {
    "exercises/prescription.py": ["prescription", "session", "schedule", "catalogue"],
    "tracking/schedule.py": ["schedule", "schedule_in_pauses", "adherence", "schedule_properties", "today", "week"],
    "tracking/adherence.py": ["adherence", "schedule_in_pauses", "growth", "adherence_docs", "week", "history"],
    "tracking/session.py": ["session", "session_properties", "session_page"],
    "tracking/course.py": ["course", "strength", "adherence_docs"],
    "tracking/record.py": ["record", "pauses", "skips", "rows_of_a_person", "week", "year", "sheet", "today"],
    "tracking/planning.py": ["planning", "plan_page", "pauses", "growth", "past_stays", "edits_after_a_flight"],
    "accounts/middleware.py": ["accounts", "errors", "safety"],
    "sharing/models.py": ["sharing"],
    "sharing/views.py": ["sharing", "errors", "authorization"],
    "rights/models.py": ["uploads", "import_page", "leaving"],
    "rights/leaving.py": ["leaving"],
    "tracking/models.py": ["rows_of_a_person", "ticking", "overlaps", "plan_page", "skips"],
    "pain/models.py": ["rows_of_a_person", "pain_page", "pain_trend"],
    "reminders/calendar_plan.py": ["calendar_plan", "calendar_file", "calendar"],
    "reminders/models.py": ["calendar"],
    "reminders/calendar_views.py": ["calendar"],
    "exercises/models.py": ["rows_of_a_person", "own_exercises", "catalogue", "plan_page"],
}
"""The tests about a file, which come first when it has to be loaded for each of its mistakes."""

NOTE = "note_a_call"
Place = tuple[str, str]
"""A file and the qualified name of a function."""

KILLED, SURVIVED, LOAD = 1, 0, 3
"""How a process that tried a mistake ends: LOAD where the mistake has to be there when the file is loaded."""
RESULTS = Path("var/mutation.results.json")
LONGEST = 20.0
"""So many seconds of tests, the quickest first, get the chance to notice a mistake."""
A_LOOK = 1.0
"""So many are enough to see that a function without a mistake passes."""
CALLS = Path("var/mutation.calls.json")
LISTED = re.compile(r"(?m)^- (`[^`]+\.py`.*?) — (\S.*)$")


def main() -> None:
    hypothesis.settings.register_profile(
        "mutation",
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    hypothesis.settings.load_profile("mutation")
    os.environ.update(TESTING, DATABASE_URL="sqlite:///var/mutation.sqlite3")
    RESULTS.parent.mkdir(mode=0o700, exist_ok=True)
    before: dict[str, str] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    chosen = all_mutants()
    files = [argument for argument in sys.argv[1:] if argument != "survivors"]
    if files:
        chosen = {group: some for group, some in chosen.items() if group in files}
    results = before if sys.argv[1:] else {}
    todo = [mutant for some in chosen.values() for mutant in some]
    if "survivors" in sys.argv:
        known = listed()
        todo = [mutant for mutant in todo if before.get(str(mutant)) != "killed" and str(mutant) not in known]
    results.update(tried(todo))
    RESULTS.write_text(json.dumps(results, indent=0, ensure_ascii=False))
    report(chosen, results)


def all_mutants() -> dict[str, list[Mutant]]:
    """By the name of what they are a test of."""
    found = {file: mutants(file) for file in (*RULES, *OWNERSHIP)}
    for file, place in OF_OTHERS.items():
        found[file] = [mutant for mutant in mutants(file) if mutant.place.partition(".")[0] == place]
    return found


def sources() -> list[str]:
    return [
        str(file) for app in APPS for file in sorted([*Path(app).glob("*.py"), *Path(app).glob("templatetags/*.py")])
    ]


def listed() -> dict[str, str]:
    """The survivors that are accounted for, each with its reason."""
    return dict(LISTED.findall(Path("docs/mutation.md").read_text(encoding="utf-8")))


def report(chosen: dict[str, list[Mutant]], results: dict[str, str]) -> None:
    figures: dict[str, dict[str, float | int | str | bool]] = {}
    short = []
    survivors = set()
    for group, some in chosen.items():
        outcomes = Counter(results[str(mutant)] for mutant in some)
        score = 100 * outcomes["killed"] / len(some)
        figures[group] = {
            "mutants": len(some),
            "killed": outcomes["killed"],
            "survived": outcomes["survived"],
            "score": score,
        }
        survivors |= {str(mutant) for mutant in some if results[str(mutant)] == "survived"}
        if score < WANTED:
            short.append(f"{group}: {score:.1f} % of the mistakes were noticed, not {WANTED} %")
    publish("mutation", figures)
    known = listed()
    of_these = {str(mutant) for some in chosen.values() for mutant in some}
    short += [f"not in docs/mutation.md: {one}" for one in sorted(survivors - known.keys())]
    short += [f"noticed, yet in docs/mutation.md: {one}" for one in sorted((known.keys() & of_these) - survivors)]
    if not sys.argv[1:]:
        short += [
            f"in docs/mutation.md, but no mistake in today's code: {one}" for one in sorted(known.keys() - of_these)
        ]
    judge(short)


# --- Trying them ------------------------------------------------------------------------------------------------------


def tried(todo: Sequence[Mutant]) -> dict[str, str]:
    """What became of each: killed or survived."""
    outcomes = Path("var/mutation.outcomes")
    outcomes.write_text("")
    in_process([mutant for mutant in todo if mutant.function], outcomes)
    known = dict(json.loads(line) for line in outcomes.read_text().splitlines())
    later: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in todo:
        if known.get(str(mutant), "load") == "load":
            later[mutant.file].append(mutant)
    for file, some in later.items():
        print(f"{len(some)} more, for each of which {file} is loaded anew", flush=True)
        loaded_anew(some, outcomes)
    return dict(json.loads(line) for line in outcomes.read_text().splitlines())


def said(mutant: Mutant, status: int) -> str:
    if status == SURVIVED:
        print(f"survived: {mutant}", flush=True)
    return {SURVIVED: "survived", LOAD: "load"}.get(status, "killed")


def forked(action: Callable[[], int], seconds: int) -> int:
    """How the action ends in a process of its own; one that takes too long is ended, and counts as killed."""
    pid = os.fork()
    if pid == 0:
        status = KILLED
        try:
            alone(seconds)
            status = action()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def alone(seconds: int) -> None:
    """Say nothing more, end after a while, and take no more memory than a test can need."""
    gc.disable()  # it would copy what the process shares with the one it comes from
    signal.alarm(seconds)
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def in_process(todo: Sequence[Mutant], outcomes: Path) -> None:
    """The mistakes inside functions, in a process in which the whole project is loaded."""
    if not todo:
        return
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = pytest.main([*PYTEST, *test_files()], plugins=[Swapping(todo, outcomes, bool(sys.argv[1:]))])
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    if os.waitpid(pid, 0)[1]:
        judge(["The tests could not be run."])


PYTEST = [
    *("-p", "no:cacheprovider", "-p", "no:xdist", "--quiet", "--tb=native", "--capture=no"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # hypothesis is loaded already
]


def test_files() -> list[str]:
    left_out = {f"test_{name}.py" for name in LEFT_OUT}
    return [str(file) for file in sorted(Path("tests").glob("test_*.py")) if file.name not in left_out]


class InMemory:
    """A database in memory, which each process has a copy of."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        from django.db import connections

        connections["default"].settings_dict["TEST"]["NAME"] = None
        # What is really written, by several at once, is beyond it.
        items[:] = [
            item
            for item in items
            if not TOO_LARGE.search(item.name)
            and not any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db"))
        ]


class Swapping(InMemory):
    def __init__(self, todo: Sequence[Mutant], outcomes: Path, as_before: bool) -> None:
        self.todo, self.outcomes, self.as_before = todo, outcomes, as_before
        self.files = {str(Path(file).resolve()): file for file in sources()}
        self.when_loading: set[Place] = set()
        sys.setprofile(self.note_call)

    def note_call(self, frame: FrameType, event: str, _argument: Any) -> None:
        """What a file of ours calls while it is loaded has done its work before a mistake could be put into it."""
        code = frame.f_code
        if event == "call" and code.co_filename in self.files and code.co_name != "<module>":
            caller: FrameType | None = frame
            while caller and caller.f_code.co_name != "<module>":
                caller = caller.f_back
            if caller and f"{os.sep}tests{os.sep}" not in caller.f_code.co_filename:
                self.when_loading.add((self.files[code.co_filename], code.co_qualname.partition(".<locals>")[0]))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for file in self.files.values():
            import_module(file.removesuffix(".py").replace("/", "."))
        sys.setprofile(None)
        self.prepare_database(session)
        self.functions = functions_of(self.files)
        self.forget = remembered()
        self.times = self.measured(session.items)
        gc.freeze()
        if not self.as_before:
            self.check_that_no_mistake_survives(session)
        begun = time.monotonic()
        with self.outcomes.open("a") as notes:
            for n, mutant in enumerate(self.todo, start=1):
                place = (mutant.file, mutant.function)
                if place in self.when_loading or place not in self.functions:
                    outcome = "load"
                else:
                    outcome = said(mutant, forked(partial(self.tried, mutant, session), 600))
                notes.write(json.dumps([str(mutant), outcome]) + "\n")
                notes.flush()
                if n % 100 == 0:
                    print(f"{n} of {len(self.todo)} after {time.monotonic() - begun:.0f} s", flush=True)
        session.items.clear()
        return True

    def prepare_database(self, session: pytest.Session) -> None:
        """By a test that needs one and calls nothing of ours that could be remembered."""
        first = next(item for item in session.items if item.name.startswith("test_every_zone_that_can_be_chosen"))
        other = next(item for item in session.items if item.path != first.path)
        runtestprotocol(first, log=False, nextitem=other)

    def measured(self, items: Sequence[pytest.Item]) -> dict[Place, list[tuple[float, int]]]:
        """By function, the tests that call it, by their place, with the seconds that each takes."""
        if not (self.as_before and CALLS.exists()):
            print(f"Running {len(items)} tests, to see which functions each of them calls", flush=True)
            if forked(lambda: self.measure(items), 3000) != 0:
                judge(["The tests could not be run."])
        found = json.loads(CALLS.read_text())
        judge([f"fails without any mistake: {test}" for test, (_seconds, _called, failed) in found.items() if failed])
        print(f"They take {sum(seconds for seconds, *_ in found.values()):.0f} s", flush=True)
        times: dict[Place, list[tuple[float, int]]] = defaultdict(list)
        for n, item in enumerate(items):
            # A test that has come since then may call anything.
            seconds, called, _failed = found.get(item.nodeid, (0, self.functions, False))
            for file, function in called:
                times[file, function].append((seconds, n))
        return {place: sorted(some) for place, some in times.items()}

    def measure(self, items: Sequence[pytest.Item]) -> int:
        called: set[Place] = set()
        setattr(builtins, NOTE, called.add)
        for file in self.files.values():
            code = telling_calls(file)
            for place, functions in self.functions.items():
                for function in functions:
                    if place[0] == file and ".<locals>" not in place[1]:
                        function.__code__ = code_of(code, place[1])
        found = {}
        for n, item in enumerate(items):
            called.clear()
            # What is remembered from an earlier test would not be called.
            self.forget()
            begun = time.process_time()
            reports = runtestprotocol(item, log=False, nextitem=items[(n + 1) % len(items)])
            failed = any(report.failed for report in reports)
            found[item.nodeid] = time.process_time() - begun, sorted(called), failed
        CALLS.write_text(json.dumps(found))
        return 0

    def check_that_no_mistake_survives(self, session: pytest.Session) -> None:
        """For each function its own code is put in: if that is “noticed”, it is the trying that disturbs the tests."""
        for file, function in sorted({(mutant.file, mutant.function) for mutant in self.todo}):
            place = file, function
            if place not in self.when_loading and place in self.functions:
                mutant = next(one for one in self.todo if (one.file, one.function) == place)
                code = compile(mutant.tree, str(Path(file).resolve()), "exec")
                if forked(partial(self.tried, mutant, session, code, A_LOOK), 600) == KILLED:
                    judge([f"{file} {function} without any mistake in it fails its tests"])

    def tried(
        self, mutant: Mutant, session: pytest.Session, changed: CodeType | None = None, longest: float = LONGEST
    ) -> int:
        code = code_of(changed or mutant.code(), mutant.function)
        for function in self.functions[mutant.file, mutant.function]:
            try:
                function.__code__ = code
            except ValueError:  # it needs another variable of what is around it
                return LOAD
        self.forget()
        about_it = [f"test_{name}.py" for name in NEAREST.get(mutant.file, ())]
        tests = self.times.get((mutant.file, mutant.function), [])
        if self.as_before and not tests:  # the function has come since then
            tests = [(0, n) for n, item in enumerate(session.items) if item.path.name in about_it]
        tests.sort(key=lambda test: (session.items[test[1]].path.name not in about_it or test[0] > 1, test[0]))
        enough = takewhile(lambda so_far: so_far <= longest, accumulate(seconds for seconds, _n in tests))
        return first_failure(
            [(seconds, session.items[n]) for (seconds, n), _so_far in zip(tests, enough, strict=False)]
        )


def first_failure(tests: Sequence[tuple[float, pytest.Item]]) -> int:
    for n, (seconds, item) in enumerate(tests):
        # In seconds of the processor, so that a machine with other things to do kills nothing.
        signal.setitimer(signal.ITIMER_PROF, 5 + 5 * seconds)
        later = tests[(n + 1) % len(tests)][1]
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=later)):
            return KILLED
    return SURVIVED


def telling_calls(file: str) -> CodeType:
    """The code of a file in which every function says that it is called."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))

    def tell(nodes: Iterable[ast.stmt], around: str) -> None:
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                tell(node.body, f"{around}{node.name}.")
            elif isinstance(node, ast.FunctionDef):
                node.body[:0] = ast.parse(f"{NOTE}(({file!r}, '{around}{node.name}'))").body

    tell(tree.body, "")
    return compile(tree, str(Path(file).resolve()), "exec")


def functions_of(files: Iterable[str]) -> dict[tuple[str, str], list[FunctionType]]:
    """The functions of some files that there are in this process, whatever decorators they hide behind."""
    names = {str(Path(file).resolve()): os.path.relpath(file) for file in files}
    found: dict[tuple[str, str], list[FunctionType]] = defaultdict(list)
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename in names:
            found[names[one.__code__.co_filename], one.__code__.co_qualname].append(one)
    return found


def remembered() -> Callable[[], None]:
    """Makes all that the project keeps in memory be worked out anew, whenever it is called."""
    ours = {*APPS, "backpain", "keeping"}
    caches = []
    reads = []
    for one in gc.get_objects():
        if isinstance(one, _lru_cache_wrapper) and getattr(one, "__module__", "").partition(".")[0] in ours:
            caches.append(one)
        elif isinstance(one, FunctionType) and one.__code__.co_qualname == "prepared.<locals>.read":
            reads += [cell.cell_contents for cell in one.__closure__ or () if isinstance(cell.cell_contents, local)]

    if not reads:
        judge(["No prepared read is found: has `prepared` another name?"])

    def forget() -> None:
        for cache in caches:
            cache.cache_clear()
        for read in reads:
            vars(read).clear()

    return forget


def code_of(code: CodeType, function: str) -> CodeType:
    """Of one function, found in the code of its file."""
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    for one in inner:
        if one.co_qualname == function:
            return one
        if function.startswith(f"{one.co_qualname}."):
            return code_of(one, function)
    raise LookupError(function)


def loaded_anew(todo: Sequence[Mutant], outcomes: Path) -> None:
    """The mistakes of one file, each there from the moment on at which the file is loaded."""
    nearest = [f"tests/test_{name}.py" for name in NEAREST.get(todo[0].file, ())]
    pid = os.fork()
    if pid == 0:
        sys.meta_path.insert(0, Door(todo, outcomes))
        for file in nearest:
            if pytest.main([*PYTEST, "-x", file], plugins=[InMemory()]):
                os._exit(KILLED)
        os._exit(SURVIVED)
    os.waitpid(pid, 0)


class Door(SourceFileLoader):
    """Stands where a file is loaded. Behind it there is a process for each mistake, and none without one."""

    def __init__(self, todo: Sequence[Mutant], outcomes: Path) -> None:
        self.todo, self.outcomes = todo, outcomes
        file = todo[0].file
        super().__init__(file.removesuffix(".py").replace("/", "."), str(Path(file).resolve()))

    def find_spec(self, name: str, _path: object = None, _target: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, _name: str) -> CodeType:
        with self.outcomes.open("a") as file:
            for mutant in self.todo:
                pid = os.fork()
                if pid == 0:
                    alone(300)
                    return mutant.code()
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                file.write(json.dumps([str(mutant), said(mutant, status)]) + "\n")
                file.flush()
        os._exit(0)


if __name__ == "__main__":
    main()

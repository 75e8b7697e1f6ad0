"""The mistakes that `make mutation` puts into the code, and the list of those that are accounted for."""

from pathlib import Path

import pytest

from tools.mutants import mutants
from tools.mutation import all_mutants, listed


def changes(folder: Path, code: str) -> list[str]:
    """What is changed, one after the other, in a file of that code."""
    file = folder / "some.py"
    file.write_text(code)
    for mutant in (found := mutants(str(file))):
        mutant.code()
    return [f"{mutant.place}: {mutant.text}" for mutant in found]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x = a < b", ["`x = a < b` → `x = a <= b`"]),
        ("x = a in b", ["`x = a in b` → `x = a not in b`"]),
        ("x = a and not b", ["`x = a and (not b)` → `x = a or not b`", "`x = a and (not b)` → `x = a and b`"]),
        ("x = a + 1", [f"`x = a + 1` → `x = a {changed}`" for changed in ("- 1", "+ 2", "+ 0")]),
        ("x += a", ["`x += a` → `x -= a`", "`x += a` → `x = a`"]),
        ("x = True", ["`x = True` → `x = False`"]),
        ("x = 'a'", ["`x = 'a'` → `x = 'XXaXX'`"]),
        ("x = max(a)", ["`x = max(a)` → `x = min(a)`"]),
        ("x = a if b else c", ["`x = a if b else c` → `x = a if not b else c`"]),
        ("x = [a for a in b if a]", ["`x = [a for a in b if a]` → `x = [a for a in b if True]`"]),
        ("rows = Row.objects.for_user(user)", ["`Row.objects.for_user(user)` → `Row.objects`"]),
        ("rows.filter(user=user)", ["`rows.filter(user=user)` → `pass`", "`rows.filter(user=user)` → `rows.filter()`"]),
        ("raise a", ["`raise a` → `pass`"]),
    ],
)
def test_each_mistake_is_one_change(line: str, expected: list[str], tmp_path: Path) -> None:
    assert changes(tmp_path, line) == [f": {one}" for one in expected]


def test_a_condition_is_turned_round_and_a_value_is_not_returned(tmp_path: Path) -> None:
    code = "def f(a):\n    if a:\n        return b\n    while a < b:\n        break\n"
    assert changes(tmp_path, code) == [
        "f: `if a:` → `if not a:`",
        "f: `return b` → `return None`",
        "f: `while a < b:` → `while a <= b:`",
        "f: `while a < b:` → `while not a < b:`",
        "f: `break` → `continue`",
    ]


def test_a_decorator_is_taken_away(tmp_path: Path) -> None:
    code = "@require_POST\ndef f(): pass\n"
    assert changes(tmp_path, code) == ["f: `@require_POST` → nothing"]


def test_words_for_readers_and_tools_alone_are_left_as_they_are(tmp_path: Path) -> None:
    typed = 'T = TypeVar("T", bound="B")\n@dataclass(frozen=True)\nclass C:\n    a: "int"\n'
    code = f'"""What it is for."""\nfrom a import b\n{typed}'
    assert changes(tmp_path, code) == []


def test_what_is_for_postgresql_is_left_alone(tmp_path: Path) -> None:
    code = 'def f(a):\n    if a.vendor == "postgresql":\n        a.run("1")\n    return a\n'
    assert changes(tmp_path, code) == ["f: `return a` → `return None`"]


def test_what_a_model_declares_is_left_to_its_migrations_and_what_it_does_is_not(tmp_path: Path) -> None:
    code = "class M(Model):\n    n = Field(1)\n    class Meta:\n        pass\n    def f(self):\n        return self.n\n"
    assert changes(tmp_path, code) == ["M.f: `return self.n` → `return None`"]


def test_every_mistake_in_the_list_is_one_that_can_still_be_made() -> None:
    today = {str(mutant) for some in all_mutants().values() for mutant in some}
    assert sorted(listed().keys() - today) == []

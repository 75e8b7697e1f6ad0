"""What the pages use of Bootstrap: a third of its bytes on the line.

`make styles` reads Bootstrap's stylesheet, which lies here unchanged, leaves out the rules for classes that are named
nowhere in our templates, scripts and code nor in the forms' templates, and writes what remains into `static/vendor/`.
A test tells when that has to be done again.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import crispy_bootstrap5
from tinycss2 import parse_rule_list, parse_stylesheet, serialize
from tinycss2.ast import AtRule, Node, QualifiedRule

ROOT = Path(__file__).resolve().parent.parent.parent
WHOLE = Path(__file__).with_name("bootstrap-5.3.9.min.css")
USED = ROOT / "static" / "vendor" / "bootstrap-5.3.9" / "bootstrap.used.css"

LICENCE = re.compile(r"/\*!.*?\*/", re.DOTALL)
WORD = re.compile(r"[a-z][\w-]*", re.IGNORECASE)
CLASS_OR_THEME = re.compile(r"\.([a-z][\w-]*)|\[(data-bs-theme)", re.IGNORECASE)
EXCEPTION = re.compile(r":not\([^)]*\)")


def used() -> str:
    """The stylesheet as it ought to be."""
    whole = WHOLE.read_text(encoding="utf-8")
    licence = LICENCE.search(whole)
    assert licence  # noqa: S101  # it says itself whose it is
    rules = parse_stylesheet(whole, skip_comments=True, skip_whitespace=True)
    return "\n".join(['@charset "UTF-8";', licence[0], *kept(rules, words()), ""])


def words() -> set[str]:
    """All words that could be the name of a class."""
    apps = [path.parent for path in ROOT.glob("*/apps.py")]
    sources = [
        *ROOT.glob("templates/**/*.html"),
        *ROOT.glob("static/js/**/*.js"),
        *(path for app in apps for path in app.glob("**/*.py")),
        *Path(crispy_bootstrap5.__path__[0]).glob("templates/**/*.html"),
    ]
    return {word for source in sources for word in WORD.findall(source.read_text(encoding="utf-8"))}


def kept(rules: list[Node], words: set[str]) -> Iterator[str]:
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            if selectors := [one for one in split(rule.prelude) if is_used(one, words)]:
                yield f"{','.join(selectors)}{{{serialize(rule.content)}}}"
        elif isinstance(rule, AtRule) and rule.at_keyword == "media":
            if inner := "".join(kept(parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True), words)):
                yield f"@media{serialize(rule.prelude)}{{{inner}}}"
        elif isinstance(rule, AtRule) and rule.at_keyword == "keyframes":
            if serialize(rule.prelude).strip() in words:
                yield rule.serialize()
        elif not (isinstance(rule, AtRule) and rule.at_keyword == "charset"):
            yield rule.serialize()


def split(prelude: list[Node]) -> list[str]:
    """The selectors of a rule. A comma within brackets belongs to one of them, and is no node of this list."""
    selectors: list[list[Node]] = [[]]
    for node in prelude:
        if node == ",":
            selectors.append([])
        else:
            selectors[-1].append(node)
    return [serialize(one).strip() for one in selectors]


def is_used(selector: str, words: set[str]) -> bool:
    """Whether it may fit something. What it must not fit is of no account."""
    named = CLASS_OR_THEME.findall(EXCEPTION.sub("", selector))
    return all((name or theme) in words for name, theme in named)

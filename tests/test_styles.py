"""What the pages use of Bootstrap: each rule that may fit something, and no other."""

import pytest
from tinycss2 import parse_stylesheet

from tools.bootstrap import USED, kept, used


def test_the_stylesheet_has_the_rules_that_the_pages_use() -> None:
    assert USED.read_text(encoding="utf-8") == used(), "A page uses other classes than before: run `make styles`."


@pytest.mark.parametrize(
    ("whole", "left"),
    [
        ("a{color:red}", "a{color:red}"),
        (".row>*,.card .title{color:red}", ".row>*{color:red}"),
        (".row.wide,.rows{color:red}", ""),
        (".row:not(.wide):hover{color:red}", ".row:not(.wide):hover{color:red}"),
        (".row:not(.wide,.high),.wide{color:red}", ".row:not(.wide,.high){color:red}"),
        (":root,[data-bs-theme=light]{--a:1}[data-bs-theme=dark]{--a:2}", ":root{--a:1}"),
        ("[type=file]{color:red}", "[type=file]{color:red}"),
        ("@media (min-width:1px){.row{top:0}.wide{top:1px}}", "@media (min-width:1px){.row{top:0}}"),
        ("@media print{.wide{top:0}}", ""),
        ("@keyframes grow{to{top:0}}@keyframes shrink{to{top:0}}", "@keyframes grow{to{top:0}}"),
        (".row{background:url(\"data:image/svg+xml,%3csvg d='.wide'/%3e\")}", None),
    ],
)
def test_a_rule_is_left_out_if_it_fits_nothing(whole: str, left: str | None) -> None:
    assert "".join(kept(parse_stylesheet(whole), {"row", "grow"})) == (whole if left is None else left)

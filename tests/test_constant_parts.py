"""What is the same for everybody is rendered once, and nothing of a person can get into it."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from backpain import constant
from backpain.constant import MOST, Constant

COUNTING = "{% constant kind=kind %}{{ kind }}{{ user }}{% endconstant %}"


def test_it_sees_nothing_but_what_it_is_handed() -> None:
    assert Template(COUNTING).render(Context({"kind": "a", "user": "anna@example.org"})) == "a"


def test_it_is_rendered_once_for_each_value() -> None:
    seen = []

    class Value(str):
        def __str__(self) -> str:
            seen.append(str.__str__(self))
            return str.__str__(self)

    template = Template("{% constant kind=kind %}{{ kind }}{% endconstant %}")
    assert [template.render(Context({"kind": Value(kind)})) for kind in "abab"] == ["a", "b", "a", "b"]
    assert seen == ["a", "b"]


def test_it_is_rendered_anew_in_another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    # The site has but one, and Django would not switch now.
    spoken = ["en"]
    monkeypatch.setattr(constant, "SEVERAL_LANGUAGES", True)
    monkeypatch.setattr(translation, "get_language", lambda: spoken[-1])
    template = Template("{% load i18n %}{% constant %}{% get_current_language as code %}{{ code }}{% endconstant %}")
    assert template.render(Context()) == "en"
    spoken.append("de")
    assert template.render(Context()) == "de"


def test_what_it_is_handed_is_escaped() -> None:
    assert Template(COUNTING).render(Context({"kind": "<b>"})) == "&lt;b&gt;"


def test_it_does_not_grow_without_end() -> None:
    template = Template(COUNTING)
    node = template.nodelist[0]
    assert isinstance(node, Constant)
    for n in range(MOST + 5):
        assert template.render(Context({"kind": n})) == str(n)
    assert len(node.rendered) <= MOST


def test_it_has_an_end() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template("{% constant %}never closed")

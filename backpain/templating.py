"""Django's templates, which let go of what they have shown.

What a page shows knows the page, and the page knows it, so that nothing of it would be freed before the collector of
garbage comes by, some pages later. Freed at once, its memory serves the next page while the processor still has it at
hand.
"""

from typing import Any

from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.backends.django import DjangoTemplates, Template, reraise
from django.template.context import make_context
from django.utils.safestring import SafeString


class Page(Template):
    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> SafeString:
        values = make_context(context, request, autoescape=self.backend.engine.autoescape)
        try:
            page = self.template.render(values)
        except TemplateDoesNotExist as missing:
            reraise(missing, self.backend)
        values.dicts.clear()
        return page


class Templates(DjangoTemplates):
    def get_template(self, template_name: str) -> Page:
        return Page(super().get_template(template_name).template, self)

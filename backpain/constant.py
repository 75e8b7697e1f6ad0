"""`{% constant %}…{% endconstant %}`: a part of a page that is the same for everybody, rendered once a process.

It sees nothing of the page but what is handed to it: `{% constant page=request.resolver_match.url_name %}` is rendered
once for each value of `page`, of which there have to be few. So nothing of a person can get into it by mistake.
"""

from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

SEVERAL_LANGUAGES = settings.USE_I18N

MOST = 1000
"""Should the values be many after all, they are forgotten at this number."""


@register.tag
def constant(parser: Parser, token: Token) -> "Constant":
    given = token_kwargs(token.split_contents()[1:], parser)
    inside = parser.parse(("endconstant",))
    parser.delete_first_token()
    return Constant(inside, given)


class Constant(template.Node):
    child_nodelists = ()  # no blocks in here, for which each page would look again

    def __init__(self, nodelist: NodeList, given: dict[str, FilterExpression]) -> None:
        self.nodelist, self.given = nodelist, given
        self.rendered: dict[tuple[object, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        values = [value.resolve(context) for value in self.given.values()]
        key = (translation.get_language(), *values) if SEVERAL_LANGUAGES else tuple(values)
        found = self.rendered.get(key)
        if found is None:
            if len(self.rendered) >= MOST:
                self.rendered.clear()
            alone = template.Context(dict(zip(self.given, values, strict=True)), autoescape=context.autoescape)
            alone.template = context.template  # it knows the engine, for what is included
            found = self.rendered[key] = mark_safe(self.nodelist.render(alone))  # noqa: S308  # rendered, so escaped
        return found

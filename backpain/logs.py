import logging
import re

# Up to a sign that ends an address or a quotation; a token has none of them.
TOKEN = re.compile(r"\b(shared/)[^/\s'\"?#&,;:)\]}>]+")


class WithoutTokens(logging.Formatter):
    """Blanks the token in `/shared/<token>/`, in what a line says and in the traceback below it alike."""

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub(r"\1…", super().format(record))

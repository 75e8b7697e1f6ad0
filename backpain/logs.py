import logging
import re

# Up to a sign that ends an address or a quotation; a token has none of them.
TOKEN = re.compile(r"\b(shared/)[^/\s'\"?#&,;:)\]}>]+")


class WithoutTokens(logging.Formatter):
    """Blanks the token in `/shared/<token>/`, in what a line says and in the traceback below it alike."""

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub(r"\1…", super().format(record))


class OutagesInShort(logging.Filter):
    """One line for a page that had to wait for the database: an hour of tracebacks would fill the disk."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", None) == 503 and record.exc_info:
            reason = " ".join(str(record.exc_info[1]).split())
            record.msg, record.args, record.exc_info = f"{record.getMessage()} ({reason})", (), None
        return True

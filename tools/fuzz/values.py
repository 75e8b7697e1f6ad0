"""What is worth sending, because somebody once thought that it could not come."""

from importlib import import_module
from typing import Any

from django.forms import BaseForm

DATES = [
    *("0000-00-00", "0001-01-01", "1999-12-31", "2000-01-01", "2024-02-29", "2026-02-29", "2025-11-18", "2026-11-09"),
    *("2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-24", "2026-12-01", "2027-01-01"),
    *("2028-11-18", "2199-12-31", "2200-01-01", "9999-12-31", "10000-01-01", "2026-13-01", "2026-11-31", "2026-1-1"),
]
NUMBERS = [
    *("0", "1", "2", "3", "5", "10", "20", "21", "60", "61", "-1", "-0", "+1", "01", "1.0", "1e9", "1e309", "NaN", "٣"),
    *("32767", "32768", "65536", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 400),
]
TEXTS = [
    *("", " ", "\t", "\n", "\r\n", "\0", "a\0b", "None", "null", "true", "on", "off", "yes", "no", "[]", "{}"),
    *("é", "e\u0301", "\u202eabc", "\u200b", "\ufeff", "😀", "🏳️‍🌈", "ß", "İ", "ſ", "😀" * 300),
    *("x" * 41, "x" * 81, "x" * 501, "x" * 2001, "\\", "%00", "%", "=1+1", "..", "../../etc/passwd"),
    *("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "{% debug %}", "%s%n%d", "${7*7}"),
    *("' OR 1=1 --", '" OR ""="', "\r\nSet-Cookie: a=b", "//example.com", "https://example.com/"),
    *("000000", "null", '{"id":"","rawId":"","type":"public-key","response":{}}', '{"response":[]}', '"\\ud800"'),
    *("javascript:alert(1)", "own-", "own-ffffffffffff", "own:ffffffffffff", "towel", "/today/"),
]
NO_TEXTS = [b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\xe2\x28\xa1"]
CHOICES = [
    *("full", "gentle", "day", "week", "add", "later", "never", "session", "sore", "no-time", "illness", "travel"),
    *("flare-up", "other", "before", "after", "general", "hip", "standing", "sitting", "lying", "hold", "move"),
    *("together", "each", "once", "4", "8", "12", "7", "30", "90", "auto", "dark", "Europe/Berlin", "Mars/Base"),
]
JSON: list[Any] = [None, True, -1, 2**31, 2**70, 1.5, 1e308, [], {}, "", "\ud800", "\0", ["x"]]
FILES = [b"", b"{}", b"[]", b"null", b"[" * 5000, b'{"a":' * 3000, b"\xef\xbb\xbf{}", b"1" * 5000]
FILE_NAMES = [b"a.json", b"a.zip", b"", b"..\\..\\x", b"\xff", b"a\0b", b"x" * 300]
FILE_KINDS = [b"application/json", b"text/plain; charset=x", b"\xff", b""]
IN_PATHS = ["%00", "%ff", "//", "/..", "%2f", "é", "?", ""]
AFTER_FORMS = [
    *("accounts.forms", "accounts.second_step_forms", "exercises.forms", "tracking.forms", "tracking.plan_forms"),
    *("pain.forms", "sharing.forms", "history.forms", "rights.forms", "rights.import_forms", "allauth.account.forms"),
]

PAGES = [
    *("http://testserver/today/", "http://testserver/session/?part=once", "http://testserver/pain/"),
    *("http://evil.example/", "http://[", "data:,", "\0", "\xff"),
]
HEADERS = {
    "HTTP_HX_REQUEST": ["true", "false", ""],
    "HTTP_HX_CURRENT_URL": PAGES,
    "HTTP_HX_BOOSTED": ["true"],
    "HTTP_REFERER": PAGES,
    "HTTP_ORIGIN": ["http://testserver", "http://evil.example", "null", "http://["],
    "HTTP_HOST": ["testserver", "evil.example", "testserver:99999", "[::1", "", "a b", "testserver\0"],
    "HTTP_X_FORWARDED_FOR": ["127.0.0.1", "1.2.3.4, 5.6.7.8", "x" * 300, "::1", ""],
    "HTTP_X_FORWARDED_PROTO": ["https", "http", "gopher"],
    "HTTP_X_FORWARDED_HOST": ["evil.example"],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["DELETE", "POST"],
    "HTTP_ACCEPT_LANGUAGE": ["de", "xx-" * 200, "en;q=2", "*;q=0", "\xff"],
    "HTTP_ACCEPT_ENCODING": ["gzip", "gzip;q=0", "br", "*"],
    "HTTP_ACCEPT": ["application/json", "*/*;q=x", ""],
    "HTTP_IF_MODIFIED_SINCE": ["Sat, 29 Oct 1994 19:43:31 GMT", "never"],
    "HTTP_IF_NONE_MATCH": ["*", '"x"', "x"],
    "HTTP_RANGE": ["bytes=0-1", "bytes=-1", "x"],
    "HTTP_X_REQUESTED_WITH": ["XMLHttpRequest"],
    "HTTP_AUTHORIZATION": ["Basic b3duZXI6eA==", "Bearer x"],
    # No web server hands on a length that is none: the one of this site refuses it.
    "CONTENT_LENGTH": ["", "0", "1", "99999999999"],
    "REMOTE_ADDR": ["10.0.0.1", "::1", ""],
}
COOKIES = [
    *("sessionid=x", "sessionid=" + "a" * 32, "sessionid=", "csrftoken=x"),
    *("messages=x:y:z", 'messages="[[', "=;=;;", "a=\xff"),
]
KINDS = [
    *("text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary=", "", "x", "\xff"),
    *("multipart/form-data; boundary=" + "b" * 300, "text/html; charset=x"),
    *("application/x-www-form-urlencoded; charset=utf-16", "application/x-www-form-urlencoded; charset=nonsense"),
]

# Fields that no form of ours declares: those of a tick, those that allauth's views and the admin look for, and those
# that they must not.
MORE_FIELDS = [
    *("done", "back"),
    *("next", "action_add", "action_remove", "action_primary", "action_send", "confirm", "habit_0", "habit_1", "file"),
    *("csrfmiddlewaretoken", "_method", "_save", "_continue", "_saveasnew", "_popup", "_to_field", "o", "p", "q", "e"),
    *("all", "id__exact", "owner", "owner__id__exact", "owner__email__startswith", "user", "user_id", "is_staff"),
    *("password__startswith", "_selected_action", "action", "index", "select_across", "post", "app_label"),
    *("model_name", "field_name", "term"),
]
FORMS = [
    *(
        "accounts.forms",
        "accounts.second_step_forms",
        "exercises.forms",
        "tracking.forms",
        "tracking.plan_forms",
        "pain.forms",
        "sharing.forms",
    ),
    *("history.forms", "rights.forms", "rights.import_forms", "allauth.account.forms"),
]


def field_names() -> list[str]:
    """Of all forms there are, and of some that only others look for."""
    for name in FORMS:
        import_module(name)
    found, left = set(MORE_FIELDS), [BaseForm]
    while left:
        form = left.pop()
        left += form.__subclasses__()
        found |= set(getattr(form, "base_fields", {}))
    return sorted(found)

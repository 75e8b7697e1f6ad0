"""Whether one can find out at the door who has an account: by what it answers, or by how long that takes.

    make bench-door
    python -m tools.bench_door [samples] [sqlite]

A site in production settings, with two web workers and a mail server. Signing in, asking for a new password and signing
up are tried with the address of somebody who has an account, and with that of nobody; which of the two comes first is
left to chance. Each try comes from an address of the network of its own, as the limits are not what is measured here.

`known_ms` and `nobody_ms` are medians, and `apart` is how far they are from each other, as a part of the longer one.
`same` tells whether all answers were alike in status, headers and body, but for the address that was typed and what is
made at random. `mails` is how many went out for each of the two.
"""

import http.client
import random
import re
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from statistics import median
from urllib.parse import urlencode

from tools.figures import judge, publish
from tools.mail_server import MailServer, mail_server
from tools.postgres import server, stop_tidily
from tools.site import HEADERS, HOST, Site, prepare, site, use_database

SAMPLES = 200
FURTHEST = 0.10
PASSWORD = "a long and quiet phrase"  # noqa: S105  # nobody signs in by it
FORMS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sign-in": ("login", {"password": "a wrong and quiet one"}),
    "reset": ("password/reset", {}),
    "sign-up": ("signup", {"password1": PASSWORD, "time_zone": "UTC"}),
}
MADE_AT_RANDOM = re.compile(
    r'(csrfmiddlewaretoken" value=|__Host-\w+=|sessionid=|csrftoken=|messages=|expires=|Expires:)[^;>\n]+'
)

visitors = (f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in count(1))


def main() -> None:
    samples = int(sys.argv[1]) if sys.argv[1:] else SAMPLES
    engine = "sqlite" if "sqlite" in sys.argv else "postgresql"
    stop_tidily()
    with database(engine) as url, mail_server() as mails:
        prepare(url)
        use_database(url)
        people(samples)
        with site(url, EMAIL_URL=mails.url, WEB_WORKERS="2") as running:
            figures = {form: compared(running, mails, form, samples) for form in FORMS}
    publish(f"door-{engine}", figures)
    judge(
        [
            *(f"{form}: {of['apart']:.0%} apart" for form, of in figures.items() if of["apart"] > FURTHEST),
            *(f"{form}: answers differ" for form, of in figures.items() if not of["same"]),
            *(f"{form}: mails differ" for form, of in figures.items() if of["mails_known"] != of["mails_nobody"]),
        ]
    )


@contextmanager
def database(engine: str) -> Iterator[str]:
    if engine == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/door.sqlite3"
    else:
        with server() as postgres:
            yield postgres.url


def people(number: int) -> None:
    """So many who have signed up and confirmed their address."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth.hashers import make_password

    from accounts.models import User

    password = make_password(PASSWORD)
    made = User.objects.bulk_create(User(email=address("known", n), password=password) for n in range(number))
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in made
    )


def address(who: str, n: int) -> str:
    return f"{who:_<6}{n:05}@example.org"


def compared(running: Site, mails: MailServer, form: str, samples: int) -> dict[str, float | int | bool]:
    took: dict[str, list[float]] = {"known": [], "nobody": []}
    sent = dict.fromkeys(took, 0)
    answers = set()
    asked(running, form, address("first", 0))  # what is loaded at the first visit
    for n in range(samples):
        for who in random.sample(sorted(took), 2):
            before = len(mails.mails)
            seconds, answer = asked(running, form, address(who, n))
            took[who].append(1000 * seconds)
            sent[who] += len(mails.mails) - before
            answers.add(answer)
    known, nobody = (median(took[who]) for who in ("known", "nobody"))
    return {
        "known_ms": known,
        "nobody_ms": nobody,
        "apart": abs(known - nobody) / max(known, nobody),
        "same": len(answers) == 1,
        "mails_known": sent["known"],
        "mails_nobody": sent["nobody"],
        "samples": samples,
    }


def asked(running: Site, form: str, email: str) -> tuple[float, str]:
    """The seconds to the last byte of an answer, and the answer without what may differ."""
    path, typed = FORMS[form]
    token = secrets.token_hex(16)
    headers = {
        **HEADERS,
        "X-Forwarded-For": next(visitors),
        "Cookie": f"csrftoken={token}; __Host-csrftoken={token}",
        "X-CSRFToken": token,
        "Origin": f"https://{HOST}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = urlencode({"login" if form == "sign-in" else "email": email, **typed})
    visit = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    start = time.perf_counter()
    visit.request("POST", f"/accounts/{path}/", body, headers)
    answer = visit.getresponse()
    page = answer.read().decode()
    seconds = time.perf_counter() - start
    visit.close()
    if answer.status not in (200, 302):
        sys.exit(f"{form} answers {answer.status}:\n{page}")
    told = [f"{name}: {value}" for name, value in answer.getheaders() if name != "Date"]
    whole = "\n".join([str(answer.status), *told, page]).replace(email, "…")
    return seconds, MADE_AT_RANDOM.sub(r"\1…", whole)


if __name__ == "__main__":
    main()

"""Two sites, as in docs/scaling.md, behind the nginx of docs/deploying.md: its very lines, with other ports.

    python -m tools.spread.proxy

First whether the lines keep what the page promises; then what a proxy costs; then both sites are restarted, one after
the other, while people tick.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tools.bench import MANY, Page, load
from tools.postgres import Server, server, stop_tidily
from tools.site import HOST, SignedIn, Site, free_port, prepare, site, use_database
from tools.spread.people import STORED, acknowledged, ask, publish_beside, refusals, signed_in, ticking
from tools.test import ensure

PEOPLE = 4
ROUNDS, SECONDS = 3, 3
START_SECONDS = 10
TOO_LARGE = 18 * 1024 * 1024

AROUND = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
	access_log {folder}/access.log;
	{temporary}
	{lines}
}}
"""


def main() -> None:
    stop_tidily()
    if ensure("nginx") or ensure("openssl") or ensure("wrk"):
        sys.exit(1)
    with server() as postgres:
        prepare(postgres.url)
        use_database(postgres.url)
        people = signed_in(PEOPLE)
        with (
            site(postgres.url, WEB_WORKERS="1") as one,
            site(postgres.url, WEB_WORKERS="1") as other,
            nginx((one, other)) as proxy,
        ):
            publish_beside(
                {
                    "nginx, promises": promises(proxy, people[0]),
                    "nginx, two sites": cost(proxy, one, people[0]),
                    "nginx, restarts": restarts(proxy, (one, other), people, postgres),
                }
            )
            publish_beside({"nginx, nobody behind": nobody_behind(proxy, (one, other))})


# --- The proxy --------------------------------------------------------------------------------------------------------


class Proxy:
    """A running nginx."""

    def __init__(self, folder: Path, sites: Sequence[Site]) -> None:
        self.folder, self.port, self.plain_port = folder, free_port(), free_port()
        self.address = f"https://127.0.0.1:{self.port}"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}", "-days", "2"),
                *("-keyout", str(folder / "backpain.key"), "-out", str(folder / "backpain.pem")),
            ],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
        text = AROUND.format(folder=folder, temporary=temporary, lines=self._lines(sites))
        (folder / "nginx.conf").write_text(text if os.geteuid() else f"user root;{text}")
        found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        self.process = subprocess.Popen(
            [str(found), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")], start_new_session=True
        )

    def _lines(self, sites: Sequence[Site]) -> str:
        lines: str
        (lines,) = re.findall(r"```nginx\n(.*?)```", Path("docs/deploying.md").read_text(), re.S)
        for before, after in (
            ("server 127.0.0.1:8000;", "".join(f"server 127.0.0.1:{one.port} fail_timeout=1s;" for one in sites)),
            ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
            ("listen 80", f"listen 127.0.0.1:{self.plain_port}"),
            ("/etc/ssl", str(self.folder)),
            ("backpain.example.org", HOST),
        ):
            if before not in lines:
                sys.exit(f"docs/deploying.md says nothing of “{before}” any more.")
            lines = lines.replace(before, after)
        return lines

    def log(self) -> str:
        return (self.folder / "access.log").read_text() + (self.folder / "error.log").read_text()


@contextmanager
def nginx(sites: Sequence[Site]) -> Iterator[Proxy]:
    with tempfile.TemporaryDirectory(prefix="backpain-nginx-") as folder:
        proxy = Proxy(Path(folder), sites)
        try:
            wait_for(proxy)
            yield proxy
        finally:
            proxy.process.send_signal(signal.SIGQUIT)
            proxy.process.wait()


def wait_for(proxy: Proxy) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            ask(proxy.address, "/healthz", {"Host": HOST})
            return
        except OSError:
            if proxy.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"nginx did not start:\n{proxy.log()}")
            time.sleep(0.05)


# --- What the page promises -------------------------------------------------------------------------------------------


def promises(proxy: Proxy, person: SignedIn) -> dict[str, bool]:
    # Without what the tools' own proxy would add: this one has to.
    bare = {name: value for name, value in person.headers.items() if not name.startswith("X-Forwarded")}
    token = secrets.token_urlsafe(24)
    plain = ask(f"http://127.0.0.1:{proxy.plain_port}", f"/shared/{token}/", {"Host": HOST})
    ask(proxy.address, f"/shared/{token}/", {"Host": HOST})
    ask(proxy.address, "/safety/", {"Host": HOST})
    return {
        "https_is_known": ask(proxy.address, "/today/", bare)[0] == 200,
        "http_goes_to_https": plain[0] == 301 and plain[2]["Location"].startswith("https://"),
        "other_hosts_refused": ask(proxy.address, "/safety/", {"Host": "elsewhere.example"})[0] == 400,
        "large_uploads_refused": upload(proxy, bare) == 413,
        "one_visitor_one_limit": 429 in [log_in(proxy, n) for n in range(40)],
        "pages_logged": "/safety/" in proxy.log(),
        "share_links_logged": token in proxy.log(),
    }


def upload(proxy: Proxy, headers: dict[str, str]) -> int:
    """What a file that is too large is answered with: nginx says so before it has come."""
    announced = {**headers, "Content-Length": str(TOO_LARGE)}
    return ask(proxy.address, "/settings/data/import/", announced, b"x")[0]


def log_in(proxy: Proxy, n: int) -> int:
    """Somebody who tries a list of people, and pretends to be somewhere else each time."""
    token = secrets.token_hex(16)
    headers = {
        "Host": HOST,
        "Origin": f"https://{HOST}",
        "Cookie": f"__Host-csrftoken={token}",
        "X-CSRFToken": token,
        "X-Forwarded-For": f"198.51.100.{n}",
    }
    return ask(proxy.address, "/accounts/login/", headers, f"login=nobody-{n}@example.org&password=wrong")[0]


def nobody_behind(proxy: Proxy, sites: Sequence[Site]) -> dict[str, bool | int]:
    """With both sites gone: nginx writes of an error for each request, and an address with it."""
    token = secrets.token_urlsafe(24)
    for one in sites:
        one.stop()
    status, _content, _headers = ask(proxy.address, f"/shared/{token}/", {"Host": HOST})
    ask(proxy.address, "/safety/?again", {"Host": HOST})
    return {
        "status": status,
        "pages_logged": "/safety/?again" in proxy.log(),
        "share_links_logged": token in proxy.log(),
    }


# --- What it costs, and what it is good for ---------------------------------------------------------------------------


def cost(proxy: Proxy, direct: Site, person: SignedIn) -> dict[str, float]:
    """Requests a second of today's page: one site without a proxy, and both with it. In turns, the best of each."""
    addresses = {"one_direct_rps": direct.address, "both_proxied_rps": proxy.address}
    best = dict.fromkeys(addresses, 0.0)
    page = Page(["GET /today/"], person.headers)
    for _round in range(ROUNDS):
        for name, address in addresses.items():
            best[name] = max(best[name], load(address, page, MANY, SECONDS).rps)
    return {**best, "ratio": best["both_proxied_rps"] / best["one_direct_rps"]}


def restarts(proxy: Proxy, sites: Sequence[Site], people: Sequence[SignedIn], postgres: Server) -> dict[str, int]:
    with ticking(proxy.address, people) as tickers:
        for one in sites:
            time.sleep(1)
            one.stop()
            one.start()
        time.sleep(1)
    told = acknowledged(tickers)
    with psycopg.connect(host=str(postgres.directory), user="postgres", dbname="postgres") as session:
        stored = set(session.execute(STORED))
    return {
        "acknowledged": len(told),
        "lost": len(told.keys() - stored),
        **{f"refused_{what}": count for what, count in refusals(tickers).items()},
    }


if __name__ == "__main__":
    main()

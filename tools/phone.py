"""What the pages are like on a phone.

    make lighthouse
    python -m tools.phone 1     one round of Lighthouse instead of three

On a site of its own in production settings, by a person with the whole routine and a year of history:

- *lighthouse*: its four scores (of 100) and its figures for a page on a slow phone and a slow line, the median of three
  rounds. What costs a page points is named below the table.
- *first load*: what Chromium fetches with nothing kept from before, compressed and with headers, and how far the page
  moves while it loads.
- *tap to tick*: on a processor slowed down four times, the time from the finger's leaving a button to the frame that
  shows its check mark (`seen`), and to the one that shows that the site has taken it (`kept`).

Lighthouse is installed into `var/`, from the versions in `tools/lighthouse`.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tools.figures import judge, publish
from tools.npm import install
from tools.people import somebody
from tools.postgres import server, stop_tidily
from tools.site import SignedIn, free_port, prepare, site, use_database
from tools.test import ensure

PERSONAL = ["/today/", "/session/", "/history/"]
PUBLIC = ["/", "/accounts/login/", "/safety/"]
ROUNDS = 3
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
YEAR = 365
EMAIL = "somebody@example.org"
# The phone that Lighthouse takes for its measurements.
PHONE: dict[str, Any] = {
    "viewport": {"width": 412, "height": 823},
    "device_scale_factor": 1.75,
    "is_mobile": True,
    "has_touch": True,
}
SLOWED, TAPS = 4, 30
A_TAP_OF_ITS_OWN = 700
"""Milliseconds after which a second tap on a button is no double tap, and the first has settled."""

PINNED = Path("tools/lighthouse")
INSTALLED = Path("var/lighthouse")
LIGHTHOUSE = INSTALLED / "node_modules" / "lighthouse" / "cli" / "index.js"

BARS = {"kilobytes": 100, "shift": 0, "seen_worst_ms": 100}
"""What may not be exceeded; and no score that applies may be below 100."""

Row = dict[str, float | int | str | bool]


def main() -> None:
    stop_tidily()
    rounds = int(sys.argv[1]) if sys.argv[1:] else ROUNDS
    if ensure("chromium") or ensure("node", "nodejs") or ensure("npm"):
        sys.exit(1)
    install("Lighthouse", PINNED, INSTALLED, LIGHTHOUSE)
    with phone_site() as (address, person), sync_playwright() as playwright:
        rows, losses = lighthouse(playwright, address, person, rounds)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags())
        rows |= {f"first load {page}": first_load(browser, address, person, page) for page in PERSONAL}
        rows["tap to tick"] = taps(browser, address, person)
        browser.close()
    publish("phone", rows)
    print("\n".join(losses))
    judge(short_of(rows))


@contextmanager
def phone_site() -> Iterator[tuple[str, SignedIn]]:
    """A site without https, which a browser trusts all the same on this machine, and the person who is signed in."""
    with server() as postgres:
        prepare(postgres.url)
        use_database(postgres.url, HTTPS="off")
        from django.db import connections

        somebody(EMAIL, YEAR, datetime.now(UTC).date())
        person = SignedIn(EMAIL)
        connections.close_all()
        with site(postgres.url, HTTPS="off", BEHIND_PROXY="off", ALLOWED_HOSTS="127.0.0.1,backpain.example") as running:
            yield running.address, person


def flags() -> list[str]:
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    # Chromium will not run as root inside its own sandbox.
    return ["--disable-gpu", *quiet, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


# --- Lighthouse -------------------------------------------------------------------------------------------------------


def lighthouse(playwright: Playwright, address: str, person: SignedIn, rounds: int) -> tuple[dict[str, Row], list[str]]:
    """The medians of each page, and what cost it points."""
    reports: dict[str, list[dict[str, Any]]] = {page: [] for page in PERSONAL + PUBLIC}
    for n in range(rounds):
        for page, those in reports.items():
            print(f"Lighthouse {n + 1} of {rounds}: {page}", flush=True)
            with signed_in_chromium(playwright, address, person if page in PERSONAL else None) as port:
                those.append(report(address + page, port))
    rows = {f"lighthouse {page}": medians(those) for page, those in reports.items()}
    losses = [f"{page}: {loss}" for page, those in reports.items() for loss in lost(those[-1])]
    return rows, losses


@contextmanager
def signed_in_chromium(playwright: Playwright, address: str, person: SignedIn | None) -> Iterator[int]:
    """The port by which a Chromium with nothing kept but the cookie of that person can be told what to do.

    Lighthouse could add the cookie to requests itself, but not to those of a service worker.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="backpain-lighthouse-") as folder:
        context = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=shutil.which("chromium"),
            args=[*flags(), f"--remote-debugging-port={port}"],
            no_viewport=True,
        )
        if person:
            sign_in(context, address, person)
        yield port
        context.close()


def sign_in(context: BrowserContext, address: str, person: SignedIn) -> None:
    name, _, value = person.headers["Cookie"].split("; ")[0].partition("=")
    context.add_cookies([{"name": name, "value": value, "url": address}])


def report(url: str, port: int) -> dict[str, Any]:
    options = [f"--port={port}", f"--only-categories={','.join(CATEGORIES)}", "--output=json", "--quiet"]
    command = ["node", str(LIGHTHOUSE), url, *options, "--no-enable-error-reporting"]
    printed = subprocess.run(command, capture_output=True, text=True, check=False)
    if printed.returncode != 0:
        sys.exit(f"Lighthouse could not look at {url}:\n{printed.stderr}")
    found: dict[str, Any] = json.loads(printed.stdout)
    if not found["finalDisplayedUrl"].endswith(url):
        sys.exit(f"{url} led Lighthouse to {found['finalDisplayedUrl']}")
    return found


def medians(reports: list[dict[str, Any]]) -> Row:
    def score(category: str) -> int:
        return round(100 * float(statistics.median(one["categories"][category]["score"] for one in reports)))

    def figure(audit: str) -> float:
        return float(statistics.median(one["audits"][audit]["numericValue"] for one in reports))

    return {
        **{category: score(category) for category in CATEGORIES},
        "lcp_ms": round(figure("largest-contentful-paint")),
        "tbt_ms": round(figure("total-blocking-time")),
        "shift": round(figure("cumulative-layout-shift"), 4),
        "kilobytes": round(figure("total-byte-weight") / 1000, 1),
    }


def lost(report: dict[str, Any]) -> list[str]:
    """What counts in a score and is not perfect."""
    return [
        f"{category}, {audit['id']}: {audit['title']} {audit.get('displayValue', '')}".rstrip()
        for category in CATEGORIES
        for one in report["categories"][category]["auditRefs"]
        if one["weight"] and (audit := report["audits"][one["id"]])["score"] not in (None, 1)
    ]


# --- Weight, shift and taps -------------------------------------------------------------------------------------------

WATCH = """
window.shift = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shift += one.value; })
  .observe({ type: "layout-shift", buffered: true });

// Looks at each frame, and takes the time when it has been painted: the first task after it.
const painted = (is) => new Promise((resolve) => {
  const look = () => {
    if (!is()) return requestAnimationFrame(look);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(null);
  };
  requestAnimationFrame(look);
});

addEventListener("pointerup", (event) => {
  const id = event.target.closest(".slot")?.id;
  if (!id) return;
  const button = () => document.getElementById(id);
  const shows = () => getComputedStyle(button().querySelector(".icon")).display !== "none"
    && button().querySelector("use").getAttribute("href").match(/#check(ing)?$/);
  const since = (then) => then - event.timeStamp;
  window.tap = Promise.all([
    painted(shows).then(since),
    painted(() => button().ariaPressed === "true" && !button().dataset.sending).then(since),
  ]);
}, true);
"""


@contextmanager
def phone_page(browser: Browser, address: str, person: SignedIn) -> Iterator[Page]:
    """A browser of its own with nothing kept, which is signed in and has not loaded anything yet."""
    context = browser.new_context(**PHONE, base_url=address)
    sign_in(context, address, person)
    context.add_init_script(WATCH)
    yield context.new_page()
    context.close()


def first_load(browser: Browser, address: str, person: SignedIn, path: str) -> Row:
    with phone_page(browser, address, person) as page:
        sizes: list[float] = []
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(path, wait_until="networkidle")
        return {"kilobytes": round(sum(sizes) / 1000, 1), "requests": len(sizes), "shift": page.evaluate("shift")}


def taps(browser: Browser, address: str, person: SignedIn) -> Row:
    """Each button is tapped, and tapped again to take it back."""
    times = []
    with phone_page(browser, address, person) as page:
        page.goto("/today/", wait_until="networkidle")
        devtools = page.context.new_cdp_session(page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        buttons = page.locator(".slot").evaluate_all("all => all.map(one => one.id)")
        for n in range(TAPS):
            button = page.locator(f"#{buttons[n % len(buttons)]}")
            button.scroll_into_view_if_needed()
            page.wait_for_timeout(A_TAP_OF_ITS_OWN)
            button.tap()
            times.append(page.evaluate("tap"))
            page.wait_for_timeout(A_TAP_OF_ITS_OWN)
            button.tap()
            page.wait_for_selector(f"#{buttons[n % len(buttons)]}[aria-pressed=false]:not([data-sending])")
        shift = page.evaluate("shift")
    seen, kept = zip(*times, strict=True)
    return {
        "taps": len(times),
        "seen_median_ms": round(statistics.median(seen), 1),
        "seen_worst_ms": round(max(seen), 1),
        "kept_median_ms": round(statistics.median(kept), 1),
        "kept_worst_ms": round(max(kept), 1),
        "shift": round(shift, 4),
    }


# --- The bars ---------------------------------------------------------------------------------------------------------


def short_of(rows: dict[str, Row]) -> list[str]:
    return [
        f"{thing}: {name} is {value}"
        for thing, figures in rows.items()
        for name, value in figures.items()
        if isinstance(value, (int, float)) and (value > BARS.get(name, value) or (name in CATEGORIES and value < 100))
    ]


if __name__ == "__main__":
    main()

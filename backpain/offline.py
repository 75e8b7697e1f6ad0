"""What lets the site be installed, and open without a network. `docs/offline.md` says what a browser keeps, and why."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.finders import FileSystemFinder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

PARTS = ("vendor/idb-keyval-6.3.0/umd.js", "js/queue.js", "js/worker/offline.js", "js/worker/push.js")
"""The scripts that the worker is made of, in their order."""
LEFT_OUT = ("LICENSE", ".map", "js/worker/offline.js", "js/worker/push.js")
PAGES = ("today", "session", "pain", "safety")
"""What opens without a network, by name."""


@cache
def names_of_files() -> Sequence[str]:
    """They stay as they are as long as the site runs."""
    return sorted(name for name, _storage in FileSystemFinder().list([]) if not name.endswith(LEFT_OUT))


def files() -> list[str]:
    """The addresses of our files, as pages name them: with their hash, so that behind a name is always the same.

    None while developing, where a name has no hash and its file changes all the time.
    """
    return [static(name) for name in names_of_files()] if not settings.DEBUG else []


@login_not_required
@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, so that it is in charge of every page. Another release is another text, which browsers notice."""
    words = _("Shown as it was at %s: the site cannot be reached just now.")
    release: dict[str, Any] = {
        "exercises": reverse("exercises"),
        "files": files(),
        "offline": reverse("offline"),
        "pages": [reverse(name) for name in PAGES],
        "parts": [static(name) for name in PARTS],
        "signOut": reverse("account_logout"),
        "static": settings.STATIC_URL,
        "words": {"kept": format_html('{} <a href="">{}</a>', words, _("Try again"))},
    }
    seen = json.dumps(release) + render(request, "pages/offline.html").content.decode()
    release["version"] = hashlib.sha256(seen.encode()).hexdigest()[:12]
    lines = [f"self.release = {json.dumps(release)};", "importScripts(...release.parts);", ""]
    return HttpResponse("\n".join(lines), content_type="text/javascript; charset=utf-8")


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown instead of a page that is not kept. It says nothing of anybody."""
    return render(request, "pages/offline.html")


@login_not_required
@require_safe
@cache_control(no_cache=True)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a browser wants to know to install the site like an app."""
    icon = {"type": "image/png", "purpose": "any"}
    return JsonResponse(
        {
            "id": "/",
            "name": _("Backpain"),
            "short_name": _("Backpain"),
            "description": _("A routine of small exercises for people with back pain."),
            "lang": get_language(),
            "start_url": reverse("today"),
            "scope": "/",
            "display": "standalone",
            "background_color": "#f7f3ec",
            "theme_color": "#f7f3ec",
            "icons": [
                {**icon, "src": static("img/icon-192.png"), "sizes": "192x192"},
                {**icon, "src": static("img/icon-512.png"), "sizes": "512x512"},
                {**icon, "src": static("img/icon-maskable.png"), "sizes": "512x512", "purpose": "maskable"},
            ],
            "shortcuts": [
                {"name": _("Today"), "url": reverse("today")},
                {"name": _("Guided session"), "url": reverse("session")},
            ],
        },
        content_type="application/manifest+json",
    )

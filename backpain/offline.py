"""What lets the site open without a network: the service worker, which knows the files of this very release."""

import hashlib
import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.finders import FileSystemFinder
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

PARTS = ("js/worker/offline.js", "js/worker/push.js")
"""The scripts that the worker is made of, in their order."""
LEFT_OUT = ("LICENSE", ".map", *PARTS)


def shell() -> list[str]:
    """The addresses of our files, as pages name them: with their hash, so that behind a name is always the same."""
    names = sorted(name for name, _storage in FileSystemFinder().list([]))
    return [static(name) for name in names if not name.endswith(LEFT_OUT)]


@login_not_required
@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, so that it is in charge of every page. Another release is another text, which browsers notice."""
    release: dict[str, Any] = {"files": shell(), "parts": [static(name) for name in PARTS]}
    release["version"] = hashlib.sha256(json.dumps(release).encode()).hexdigest()[:12]
    lines = [f"self.release = {json.dumps(release)};", "importScripts(...release.parts);", ""]
    return HttpResponse("\n".join(lines), content_type="text/javascript; charset=utf-8")

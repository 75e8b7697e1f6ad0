"""The pages on which a person brings a file in. First what it would do is shown, and only then is it done."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import signed_in
from accounts.models import User
from rights import loop
from rights.bringing import Report, bring, entries_of
from rights.import_forms import ConfirmForm, HabitsForm, ImportForm, exercise_choices
from rights.models import Upload, unpacked
from rights.reading import UnreadableError
from rights.uploads import PackedFile, PackingHandler


# Its token is checked within, once the one handler that takes files in is in its place: reading it reads the file.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Where a file is chosen; a POST shows what it would do."""
    request.upload_handlers = [PackingHandler(request)]
    return _start(request)


@csrf_protect
def _start(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "rights/import.html", {"form": ImportForm()})
    user, now = signed_in(request), timezone.now()
    Upload.objects.forget_old(now)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "rights/import.html", {"form": form}, status=form.status)
    file: PackedFile = form.cleaned_data["file"]
    if _is_loop(unpacked(file.packed)):
        return _ask_for_habits(request, user, file, now)
    report = bring(user, lambda: entries_of(unpacked(file.packed)), user.day_at(now), now, dry_run=True)
    if not report.wrong:
        Upload.objects.keep(user, file.checksum, file.packed, now)
    return _show(request, report, file.checksum)


def _is_loop(chunks: Iterator[bytes]) -> bool:
    return next(chunks, b"").removeprefix(b"\xef\xbb\xbf").startswith((loop.ZIP, b"Date,"))


def _ask_for_habits(request: HttpRequest, user: User, file: PackedFile, now: datetime) -> HttpResponse:
    try:
        export = loop.Export(unpacked(file.packed))
    except UnreadableError as error:
        return _show(request, Report.of(error), file.checksum)
    Upload.objects.keep(user, file.checksum, file.packed, now)
    form = HabitsForm(habits=export.habits, choices=exercise_choices(user, user.day_at(now)))
    return render(request, "rights/import_habits.html", {"form": form, "checksum": file.checksum})


def _show(request: HttpRequest, report: Report, checksum: str, chosen: Iterable[tuple[str, str]] = ()) -> HttpResponse:
    context = {"report": report, "checksum": checksum, "chosen": list(chosen)}
    return render(request, "rights/import_report.html", context, status=400 if report.wrong else 200)


def _waiting(request: HttpRequest, now: datetime) -> Upload | None:
    """The file that the page was about, unless another has taken its place."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        raise BadRequest(_("Something of this page got lost on the way. Please choose the file once more."))
    return Upload.objects.for_user(signed_in(request)).waiting(form.cleaned_data["checksum"], now).first()


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "rights/import_gone.html", status=409)


@require_POST
def habits(request: HttpRequest) -> HttpResponse:
    """Which exercises the habits of Loop are; shows what the file would do then."""
    user, now = signed_in(request), timezone.now()
    upload = _waiting(request, now)
    if upload is None:
        return _gone(request)
    export = loop.Export(upload.chunks())
    form = HabitsForm(request.POST, habits=export.habits, choices=exercise_choices(user, user.day_at(now)))
    if not form.is_valid():
        context = {"form": form, "checksum": upload.checksum}
        return render(request, "rights/import_habits.html", context, status=400)
    report = bring(user, lambda: export.entries(form.exercises), user.day_at(now), now, dry_run=True)
    return _show(request, report, upload.checksum, form.chosen)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Does what was shown."""
    user, now = signed_in(request), timezone.now()
    upload = _waiting(request, now)
    if upload is None:
        return _gone(request)
    report = _bring(request, user, upload, now)
    if report.wrong:
        return _show(request, report, upload.checksum)
    Upload.objects.for_user(user).delete()
    sentence = ngettext("It is done: %(n)d record is new.", "It is done: %(n)d records are new.", report.added)
    messages.success(request, sentence % {"n": report.added})
    return redirect("history")


def _bring(request: HttpRequest, user: User, upload: Upload, now: datetime) -> Report:
    today, with_settings = user.day_at(now), "with_settings" in request.POST
    if not _is_loop(upload.chunks()):
        return bring(user, lambda: entries_of(upload.chunks()), today, now, with_settings=with_settings)
    export = loop.Export(upload.chunks())
    form = HabitsForm(request.POST, habits=export.habits, choices=exercise_choices(user, today))
    if not form.is_valid():
        raise BadRequest(_("Something of this page got lost on the way. Please choose the file once more."))
    return bring(user, lambda: export.entries(form.exercises), today, now)


@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """Forgets the file."""
    Upload.objects.for_user(signed_in(request)).delete()
    messages.info(request, _("Nothing was changed, and the file is forgotten."))
    return redirect("import")

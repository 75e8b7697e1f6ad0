"""The pages on which a person brings a file in. First what it would do is shown, and only then is it done."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import wraps

from allauth.core.internal.ratelimit import consume
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import signed_in
from accounts.models import User
from rights import loop
from rights.bringing import Source, bring, entries_of
from rights.import_forms import ConfirmForm, HabitsForm, ImportForm, exercise_choices
from rights.models import Upload, UploadQuerySet, unpacked
from rights.reading import UnreadableError
from rights.report import Report
from rights.uploads import PackedFile, PackingHandler
from tracking.models import Completion, PlanItem

LIMITS = {"import": "20/10m/user"}
"""Reading a large file takes seconds, so nobody may ask for that all the time."""

GONE = "rights/import_gone.html"

LOST = gettext_lazy("Something of this page got lost on the way. Please choose the file once more.")

Page = Callable[[HttpRequest], HttpResponse]


def _limited(page: Page) -> Page:
    @wraps(page)
    def limited(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and not consume(request, app="rights", action="import", config=LIMITS):
            return render(request, "429.html", status=429)
        return page(request)

    return limited


# Its token is checked within, once the one handler that takes files in is in its place: reading it reads the file.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@_limited
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
    Upload.objects.for_user(user).delete()  # whatever becomes of this one, it is the last that was sent
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "rights/import.html", {"form": form}, status=form.status)
    file: PackedFile = form.cleaned_data["file"]
    if _is_loop(unpacked(file.packed)):
        return _ask_for_habits(request, user, file, now)
    report = bring(user, lambda: entries_of(unpacked(file.packed)), user.day_at(now), now, dry_run=True)
    if not report.wrong:
        Upload.objects.keep(user, file.checksum, file.packed, now, is_from_loop=False)
    return _show(request, report, file.checksum)


def _is_loop(chunks: Iterator[bytes]) -> bool:
    return next(chunks, b"").removeprefix(b"\xef\xbb\xbf").startswith((loop.ZIP, b"Date,"))


def _ask_for_habits(request: HttpRequest, user: User, file: PackedFile, now: datetime) -> HttpResponse:
    try:
        export = loop.Export(unpacked(file.packed))
    except UnreadableError as error:
        return _show(request, Report.of(error), file.checksum)
    Upload.objects.keep(user, file.checksum, file.packed, now, is_from_loop=True)
    form = HabitsForm(habits=export.habits, choices=exercise_choices(user, user.day_at(now)))
    return render(request, "rights/import_habits.html", {"form": form, "checksum": file.checksum})


def _show(request: HttpRequest, report: Report, checksum: str, chosen: Iterable[tuple[str, str]] = ()) -> HttpResponse:
    context = {"report": report, "checksum": checksum, "chosen": list(chosen)}
    status = 409 if report.overtaken else 400 if report.wrong else 200
    return render(request, "rights/import_report.html", context, status=status)


def _shown(request: HttpRequest) -> ConfirmForm:
    """What the page was about."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        raise BadRequest(LOST)
    return form


def _waiting(request: HttpRequest, now: datetime) -> UploadQuerySet:
    """The file that the page was about, unless another has taken its place."""
    return Upload.objects.for_user(signed_in(request)).waiting(_shown(request).cleaned_data["checksum"], now)


def _read_habits(request: HttpRequest, upload: Upload, today: date) -> tuple[loop.Export, HabitsForm]:
    """The export of Loop that waits, and what was said of its habits."""
    export = loop.Export(upload.chunks())
    choices = exercise_choices(signed_in(request), today)
    return export, HabitsForm(request.POST, habits=export.habits, choices=choices)


@require_POST
@_limited
def habits(request: HttpRequest) -> HttpResponse:
    """Which exercises the habits of Loop are; shows what the file would do then."""
    user, now = signed_in(request), timezone.now()
    upload = _waiting(request, now).from_loop().first()
    if upload is None:
        return render(request, GONE, status=409)
    export, form = _read_habits(request, upload, user.day_at(now))
    if not form.is_valid():
        context = {"form": form, "checksum": upload.checksum}
        return render(request, "rights/import_habits.html", context, status=400)
    report = bring(user, lambda: export.entries(form.exercises), user.day_at(now), now, dry_run=True)
    return _show(request, report, upload.checksum, form.chosen)


@require_POST
@_limited
def confirm(request: HttpRequest) -> HttpResponse:
    """Does what was shown."""
    user, now = signed_in(request), timezone.now()
    upload = _waiting(request, now).first()
    if upload is None:
        return render(request, GONE, status=409)
    with_settings: bool = _shown(request).cleaned_data["with_settings"]
    source, chosen = _source(request, upload, user.day_at(now), with_settings)
    report = bring(user, source, user.day_at(now), now, with_settings=with_settings)
    if report.wrong or report.overtaken:
        return _show(request, report, upload.checksum, chosen)
    Upload.objects.for_user(user).with_checksum(upload.checksum).delete()
    messages.success(request, _done(user, report, with_settings))
    return redirect("history")


def _source(
    request: HttpRequest, upload: Upload, today: date, with_settings: bool
) -> tuple[Source, Iterable[tuple[str, str]]]:
    """What gives out the records, and what the page has to send once more."""
    if not upload.is_from_loop:
        return lambda: entries_of(upload.chunks()), [("with_settings", "on")] if with_settings else []
    export, form = _read_habits(request, upload, today)
    if not form.is_valid():
        raise BadRequest(LOST)
    return lambda: export.entries(form.exercises), form.chosen


def _done(user: User, report: Report, with_settings: bool) -> str:
    """What has become of the account."""
    said = []
    if report.added:
        sentence = ngettext("It is done: %(n)d record is new.", "It is done: %(n)d records are new.", report.added)
        said.append(sentence % {"n": report.added})
    if report.ended:
        sentence = ngettext(
            "%(n)d entry of the plan, or pause, has its end now.",
            "%(n)d entries of the plan, or pauses, have their ends now.",
            report.ended,
        )
        said.append(sentence % {"n": report.ended})
    if report.changes and with_settings:
        said.append(_("The settings of the file are taken over."))
    if report.tallies["completions"].added and _lies_before_the_plan(user):
        said.append(
            _("Some of it lies before your plan. To see it here, move the start of your plan back, under Plan.")
        )
    return " ".join(said) or _("Nothing was changed.")


def _lies_before_the_plan(user: User) -> bool:
    done, planned = Completion.objects.for_user(user).first_day(), PlanItem.objects.for_user(user).first_day()
    return done is not None and (planned is None or done < planned)


@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """Forgets the file."""
    Upload.objects.for_user(signed_in(request)).delete()
    messages.info(request, _("Nothing was changed, and the file is forgotten."))
    return redirect("import")

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from backpain import offline, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("tracking.urls")),
    path("", include("accounts.urls")),
    path("exercises/", include("exercises.urls")),
    path("pain/", include("pain.urls")),
    path("history/", include("history.urls")),
    path("", include("sharing.urls")),
    path("", include("reminders.urls")),
    path("settings/", include("rights.urls")),
    path("safety/", views.safety, name="safety"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/security/", include("allauth.mfa.urls")),
    path("worker.js", offline.worker, name="worker"),
    path("offline/", offline.offline, name="offline"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

admin_patterns = [path("admin/", admin.site.urls)]
if settings.ADMIN:
    urlpatterns += admin_patterns

handler400 = "backpain.views.bad_request"
handler403 = "backpain.views.forbidden"
handler404 = "backpain.views.not_found"
handler500 = "backpain.views.server_error"

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from backpain import views

# The admin has no sign-in of its own, so that the rate limits of the one there is hold for it as well.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("tracking.urls")),
    path("", include("accounts.urls")),
    path("exercises/", include("exercises.urls")),
    path("pain/", include("pain.urls")),
    path("history/", include("history.urls")),
    path("", include("sharing.urls")),
    path("settings/", include("rights.urls")),
    path("safety/", views.safety, name="safety"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/security/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

handler400 = "backpain.views.bad_request"
handler403 = "backpain.views.forbidden"
handler404 = "backpain.views.not_found"
handler500 = "backpain.views.server_error"

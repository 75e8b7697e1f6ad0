from django.urls import path

from accounts import views

urlpatterns = [
    path("settings/", views.preferences, name="preferences"),
    path("accounts/security/webauthn/login/", views.passkey_sign_in),
    path("safety/read/", views.safety_read, name="safety_read"),
]

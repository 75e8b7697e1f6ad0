from django.urls import path

from accounts import views

urlpatterns = [
    path("me/", views.me, name="me"),
    path("settings/", views.preferences, name="preferences"),
    path("settings/sign-ins/", views.sign_ins, name="sign_ins"),
    path("settings/sign-ins/end/", views.end_other_sign_ins, name="end_other_sign_ins"),
    path("settings/sign-ins/<slug:name>/end/", views.end_sign_in, name="end_sign_in"),
    path("accounts/security/webauthn/login/", views.passkey_sign_in),
    path("safety/read/", views.safety_read, name="safety_read"),
]

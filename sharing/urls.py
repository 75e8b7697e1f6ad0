from django.urls import path

from sharing import views

urlpatterns = [
    path("sharing/", views.sharing, name="sharing"),
    path("sharing/<uuid:key>/revoke/", views.revoke, name="revoke_share"),
    path("shared/<slug:token>/", views.shared, name="shared"),
]

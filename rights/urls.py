from django.urls import path

from rights import views

urlpatterns = [
    path("data/", views.data, name="data"),
    path("data/backpain.json", views.export_json, name="export_json"),
]

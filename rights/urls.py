from django.urls import path

from rights import import_views, views

urlpatterns = [
    path("data/", views.data, name="data"),
    path("data/import/", import_views.start, name="import"),
    path("data/import/habits/", import_views.habits, name="import_habits"),
    path("data/import/confirm/", import_views.confirm, name="import_confirm"),
    path("data/import/cancel/", import_views.cancel, name="import_cancel"),
    path("data/backpain.json", views.export_json, name="export_json"),
    path("data/backpain-csv.zip", views.export_csv, name="export_csv"),
    path("data/backpain-fhir.json", views.export_fhir, name="export_fhir"),
    path("delete/", views.delete_account, name="delete_account"),
]

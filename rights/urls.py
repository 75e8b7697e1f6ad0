from django.urls import path

from rights import views

urlpatterns = [
    path("data/", views.data, name="data"),
    path("data/backpain.json", views.export_json, name="export_json"),
    path("data/backpain-csv.zip", views.export_csv, name="export_csv"),
    path("data/backpain-fhir.json", views.export_fhir, name="export_fhir"),
    path("delete/", views.delete_account, name="delete_account"),
]

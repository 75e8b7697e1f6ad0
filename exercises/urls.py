from django.urls import path

from exercises import views

urlpatterns = [
    path("", views.catalogue, name="exercises"),
    path("<slug:slug>/", views.exercise, name="exercise"),
]

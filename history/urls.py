from django.urls import path

from history import views

urlpatterns = [
    path("", views.history, name="history"),
    path("days/", views.days, name="days"),
    path("sheet/", views.sheet, name="sheet"),
]

from django.urls import path

from reminders import views

urlpatterns = [
    path("settings/reminders/", views.reminders, name="reminders"),
    path("settings/reminders/asked/", views.asked, name="reminders_asked"),
]

from django.urls import path

from reminders import views

urlpatterns = [
    path("settings/reminders/", views.reminders, name="reminders"),
    path("settings/reminders/asked/", views.asked, name="reminders_asked"),
    path("reminders/done/", views.done, name="reminder_done"),
    path("reminders/later/", views.later, name="reminder_later"),
    path("reminders/stop/<str:ticket>/", views.stop_mail, name="stop_mail"),
]

from django.urls import path

from reminders import calendar_views, push_views, views

urlpatterns = [
    path("settings/reminders/", views.reminders, name="reminders"),
    path("settings/reminders/asked/", views.asked, name="reminders_asked"),
    path("reminders/done/", views.done, name="reminder_done"),
    path("reminders/later/", views.later, name="reminder_later"),
    path("reminders/stop/<str:ticket>/", views.stop_mail, name="stop_mail"),
    path("settings/reminders/devices/", push_views.add_device, name="add_device"),
    path("settings/reminders/devices/<slug:device>/", push_views.remove_device, name="remove_device"),
    path("settings/calendar/", calendar_views.calendar, name="calendar"),
    path("settings/calendar/alarms/", calendar_views.alarms, name="calendar_alarms"),
    path("settings/calendar/off/", calendar_views.switch_off, name="calendar_off"),
    path("calendar/<slug:secret>.ics", calendar_views.calendar_file, name="calendar_file"),
]

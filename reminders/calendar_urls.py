from django.urls import path

from reminders import calendar_views

urlpatterns = [
    path("settings/calendar/", calendar_views.calendar, name="calendar"),
    path("settings/calendar/alarms/", calendar_views.alarms, name="calendar_alarms"),
    path("settings/calendar/off/", calendar_views.switch_off, name="calendar_off"),
    path("calendar/<slug:secret>.ics", calendar_views.calendar_file, name="calendar_file"),
]

from datetime import date

from django.urls import path, register_converter

from tracking import views


class DateConverter:
    """An ISO date in an address. Raises ValueError, which makes a 404, for a day that no calendar has or needs."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        day = date.fromisoformat(value)
        if not 2000 <= day.year < 2200:
            raise ValueError(f"{value} is out of reach")
        return day

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DateConverter, "date")

urlpatterns = [
    path("today/", views.today, name="today"),
    path("day/<date:day>/", views.day, name="day"),
    path("day/<date:day>/<slug:slug>/<int:nth>/", views.tick, name="tick"),
    path("session/", views.session, name="session"),
    path("week/", views.this_week, name="this_week"),
    path("week/<date:first>/", views.week, name="week"),
    path("history/", views.history, name="history"),
    path("plan/start/", views.start_plan, name="start_plan"),
]

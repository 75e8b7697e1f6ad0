from datetime import date

from django.urls import path, register_converter

from tracking import plan_views, views


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
    path("day/<date:day>/skip/", views.skip, name="skip"),
    path("session/", views.session, name="session"),
    path("week/", views.this_week, name="this_week"),
    path("week/<date:first>/", views.week, name="week"),
    path("plan/", plan_views.plan, name="plan"),
    path("plan/start/", plan_views.start, name="start_plan"),
    path("plan/add/", plan_views.choose, name="choose_exercise"),
    path("plan/exercise/<slug:slug>/", plan_views.prescribe, name="prescribe"),
    path("plan/exercise/<slug:slug>/add/", plan_views.add, name="add_exercise"),
    path("plan/exercise/<slug:slug>/remove/", plan_views.remove, name="remove_exercise"),
    path("plan/order/", plan_views.move, name="move_exercise"),
    path("plan/grow/", plan_views.grow, name="grow_plan"),
    path("plan/timeline/", plan_views.timeline, name="timeline"),
    path("plan/since/", plan_views.since, name="since"),
    path("plan/pause/", plan_views.pause, name="new_pause"),
    path("plan/pause/<date:starts_on>/", plan_views.pause, name="pause"),
    path("plan/pause/<date:starts_on>/end/", plan_views.resume, name="resume"),
    path("plan/own/", plan_views.own, name="new_own"),
    path("plan/own/<slug:slug>/", plan_views.change_own, name="own"),
    path("plan/own/<slug:slug>/retire/", plan_views.retire_own, name="retire_own"),
]

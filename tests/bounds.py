"""How many queries each address may take, in one table: for the tests that count them, and for the fuzz."""

from rights.leaving import belongings

SESSION_AND_USER = 2

# Beside session and user. `test_queries` sees that it is exactly so many, with one row and with many.
PAGES = {
    "/": 0,
    "today/": 2,
    "day/<date:day>/": 2,
    "session/": 5,
    "week/": 0,
    "week/<date:first>/": 3,
    "history/": 4,
    "history/days/": 3,
    "history/sheet/": 4,
    "exercises/": 3,
    "exercises/<slug:slug>/": 3,
    "plan/": 4,
    "plan/add/": 3,
    "plan/exercise/<slug:slug>/": 3,
    "plan/timeline/": 2,
    "plan/since/": 4,
    "plan/pause/": 4,
    "plan/pause/<date:starts_on>/": 5,
    "plan/own/": 1,
    "plan/own/<slug:slug>/": 5,
    "pain/": 4,
    "pain/earlier/": 1,
    "sharing/": 1,
    "shared/<slug:token>/": 6,
    # The link with its person, the plan, the pauses, the reminders, and the note that it was read.
    "calendar/<slug:secret>.ics": 5,
    "safety/": 0,
    "me/": 0,
    "settings/": 0,
    "settings/sign-ins/": 1,
    # The link, and the times of the reminders.
    "settings/calendar/": 2,
    # The plan, the reminders, the devices, and the sign-ins that they belong to.
    "settings/reminders/": 4,
    "reminders/stop/<str:ticket>/": 1,
    "settings/data/": 0,
    "settings/data/import/": 0,
    # Two for the names of exercises, and one for each section.
    "settings/data/backpain.json": 11,
    "settings/data/backpain-csv.zip": 11,
    "settings/data/backpain-fhir.json": 5,
    # How much there is in each table, and the first day.
    "settings/delete/": len(belongings()) + 1,
    "worker.js": 0,
    "manifest.webmanifest": 0,
    "offline/": 0,
    "healthz": 0,
    # Which migrations there are, and whether they have a table.
    "readyz": 2,
}

# What a POST takes at the most, beside session and user, with all that it writes and the page that it may show again.
FORMS = {
    "day/<date:day>/<slug:slug>/<int:nth>/": 8,
    "day/<date:day>/skip/": 10,
    # Some for each exercise that is put on the plan.
    "plan/start/": 40,
    "plan/exercise/<slug:slug>/": 12,
    "plan/exercise/<slug:slug>/add/": 12,
    "plan/exercise/<slug:slug>/remove/": 6,
    "plan/order/": 12,
    "plan/grow/": 20,
    # Some for each exercise that is said to have begun earlier.
    "plan/since/": 24,
    "plan/pause/": 14,
    "plan/pause/<date:starts_on>/": 14,
    "plan/pause/<date:starts_on>/end/": 6,
    "plan/own/": 22,
    "plan/own/<slug:slug>/": 12,
    "plan/own/<slug:slug>/retire/": 8,
    "pain/": 8,
    "pain/not-now/": 1,
    "pain/never/": 1,
    "pain/<date:day>/<uuid:key>/take-back/": 4,
    "sharing/": 8,
    "sharing/<uuid:key>/revoke/": 1,
    "settings/": 4,
    "settings/calendar/": 9,
    "settings/calendar/alarms/": 1,
    "settings/calendar/off/": 1,
    "settings/reminders/": 14,
    # The plan of the day, and a tick for each dose.
    "reminders/done/": 24,
    "reminders/later/": 4,
    "reminders/stop/<str:ticket>/": 2,
    "settings/reminders/asked/": 1,
    "settings/reminders/devices/": 13,
    "settings/reminders/devices/<slug:device>/": 1,
    "settings/sign-ins/end/": 1,
    "settings/sign-ins/<slug:name>/end/": 3,
    "safety/read/": 1,
    # For files of some thousand records; a larger one takes a few for each thousand more.
    "settings/data/import/": 22,
    "settings/data/import/habits/": 12,
    "settings/data/import/confirm/": 36,
    "settings/data/import/cancel/": 1,
    # Each table, what is to go with each row of it, and the sessions.
    "settings/delete/": 4 * len(belongings()) + 8,
}

A_SESSION_ENDS = 4
"""One from before a change of password is read, with its person, once more, and deleted. Nothing else happens then."""

OWN_EXERCISES = 2
"""A page of somebody with exercises of their own reads them, and what they need."""

COLD_CATALOGUE = 2
"""It is read anew after some seconds."""

OF_OTHERS = {"accounts/": 16, "admin/": 12}
"""The pages of allauth and of Django's admin, whatever the method; what comes first holds."""


def most_queries(route: str, method: str) -> int:
    """No request of that method takes more at that address, the session and the person included; none: no address."""
    for start, bound in OF_OTHERS.items():
        if route.startswith(start):
            return bound
    if method in ("GET", "HEAD") and route in PAGES:
        # The session shows the day and the week, and reads the exercises for each.
        reads = 2 if route == "session/" else 1
        return SESSION_AND_USER + PAGES[route] + reads * OWN_EXERCISES + COLD_CATALOGUE
    return max(A_SESSION_ENDS, SESSION_AND_USER + (FORMS.get(route, 0) if method == "POST" else 0))

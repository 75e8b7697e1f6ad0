"""When a reminder is sent and when it is not, told by a channel that only writes down what it is given."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, OperationalError

from accounts.models import User
from exercises.prescription import Frequency, Per
from reminders import mail, push, sending
from reminders.models import Delivery, DeliveryQuerySet, Reminder, Wish
from reminders.notice import Notice, Reached
from tests.builders import a_person, an_exercise, browser_of, did, on_plan
from tests.logs import Log
from tracking.models import Pause, PlanItem

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TWICE_A_DAY = Frequency(Per.DAY, 2, 2)
EVERY_DAY = 0b111_1111

Sent = list[tuple[str, str, date, int]]
"""To whom, of which name, on which day and for the nth time."""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    written: Sent = []

    def send(user: User, notice: Notice, now: datetime) -> Reached:
        written.append((user.email, notice.name, notice.day, notice.nth))
        return Reached.YES

    monkeypatch.setattr(push, "send", send)
    return written


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)


def somebody(*, since: datetime | None = None, clock: time = time(20), name: str = "Evening", **fields: Any) -> User:
    """With a towel twice a day, to be reminded at eight in the evening."""
    user = a_person(**{"reminds": True, **fields})
    on_plan(user, an_exercise("", TWICE_A_DAY), date(2026, 1, 1))
    remind(user, {name: Wish(clock, EVERY_DAY)}, since or at(12))
    return user


def remind(user: User, wishes: dict[str, Wish], now: datetime) -> None:
    Reminder.objects.choose(user, wishes, now)


def towel_of(user: User) -> PlanItem:
    return PlanItem.objects.get(user=user)


def turn(now: datetime) -> None:
    """What the loop does at a moment: it goes on until nothing is left to do."""
    while sending.begin(now) | bool(found := sending.waiting(now)):
        for one in found:
            sending.send(one, now)


def outcomes() -> list[tuple[date, int, str]]:
    return list(Delivery.objects.order_by("day", "nth", "outcome").values_list("day", "nth", "outcome"))


# --- At its time ------------------------------------------------------------------------------------------------------


def test_a_reminder_is_sent_at_its_time_and_not_before(sent: Sent) -> None:
    user = somebody()
    turn(at(20) - SECOND)
    assert sent == []
    turn(at(20))
    assert sent == [(user.email, "Evening", MONDAY, 0)]
    assert outcomes() == [(MONDAY, 0, "sent")]


def test_it_is_sent_once_a_day_and_again_on_the_next(sent: Sent) -> None:
    somebody()
    for now in (at(20), at(20, 1), at(21), at(19, 59, MONDAY + DAY), at(20, 0, MONDAY + DAY)):
        turn(now)
    assert [day for _email, _name, day, _nth in sent] == [MONDAY, MONDAY + DAY]


def test_it_is_sent_on_its_weekdays_alone(sent: Sent) -> None:
    user = somebody()
    remind(user, {"Evening": Wish(time(20), 0b0000100)}, at(12))
    for n in range(8):
        turn(at(20, day=MONDAY + n * DAY))
    assert [day for _email, _name, day, _nth in sent] == [MONDAY + 2 * DAY]


def test_a_changed_time_holds_on_the_same_day(sent: Sent) -> None:
    user = somebody()
    turn(at(20))
    remind(user, {"Evening": Wish(time(20, 30), EVERY_DAY)}, at(20, 10))
    turn(at(20, 30))
    assert len(sent) == 2


# --- Two at the same minute -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["", "Evening"])
def test_what_is_told_of_with_all_that_is_due_is_not_told_of_alone_whichever_comes_first(
    sent: Sent, first: str
) -> None:
    user = somebody()
    remind(user, dict.fromkeys(["Evening", ""], Wish(time(20), EVERY_DAY)), at(12))
    batch = Reminder.objects.come_by(at(20)).knowing_of_all().with_person()
    [one] = [one for one in batch if one.name == first]
    assert sending._begin(one, at(20))
    turn(at(20))
    turn(at(20, 1))
    assert sent == [(user.email, "", MONDAY, 0)]


def test_it_is_told_of_alone_on_a_day_on_which_all_that_is_due_is_not(sent: Sent) -> None:
    user = somebody()
    remind(user, {"Evening": Wish(time(20), EVERY_DAY), "": Wish(time(20), 0b0000010)}, at(12))
    turn(at(20))
    turn(at(20, day=MONDAY + DAY))
    assert [(name, day) for _email, name, day, _nth in sent] == [("Evening", MONDAY), ("", MONDAY + DAY)]


def test_a_minute_apart_both_are_sent(sent: Sent) -> None:
    user = somebody()
    remind(user, {"Evening": Wish(time(20), EVERY_DAY), "": Wish(time(20, 1), EVERY_DAY)}, at(12))
    turn(at(20))
    turn(at(20, 1))
    assert [name for _email, name, _day, _nth in sent] == ["Evening", ""]


def test_two_with_names_are_both_sent(sent: Sent) -> None:
    user = somebody()
    remind(user, dict.fromkeys(["Morning", "Evening"], Wish(time(20), EVERY_DAY)), at(12))
    turn(at(20))
    assert sorted(name for _email, name, _day, _nth in sent) == ["Evening", "Morning"]


@pytest.mark.parametrize("is_begun", [False, True])
def test_all_that_another_person_hears_of_keeps_nothing_back(sent: Sent, is_begun: bool) -> None:
    other = somebody(name="")
    if is_begun:
        turn(at(20))
    user = somebody()
    turn(at(20))
    assert sorted(sent, key=lambda one: one[1]) == [(other.email, "", MONDAY, 0), (user.email, "Evening", MONDAY, 0)]


# --- Not at all -------------------------------------------------------------------------------------------------------


def test_nothing_is_sent_once_the_switch_is_off(sent: Sent) -> None:
    user = somebody()
    sending.begin(at(20))
    User.objects.filter(pk=user.pk).update(reminds=False)
    turn(at(20))
    assert (sent, outcomes()) == ([], [(MONDAY, 0, "nothing")])


def test_nothing_is_sent_to_somebody_who_may_not_sign_in(sent: Sent) -> None:
    user = somebody()
    User.objects.filter(pk=user.pk).update(is_active=False)
    turn(at(20))
    assert (sent, outcomes()) == ([], [(MONDAY, 0, "nothing")])


def test_nothing_is_sent_once_it_is_done(sent: Sent) -> None:
    user = somebody()
    did(user, towel_of(user).exercise, MONDAY, times=2)
    turn(at(20))
    assert (sent, outcomes()) == ([], [(MONDAY, 0, "nothing")])


def test_nothing_is_sent_in_a_pause(sent: Sent) -> None:
    user = somebody()
    Pause.objects.create(user=user, starts_on=MONDAY, reason="travel")
    turn(at(20))
    assert (sent, outcomes()) == ([], [(MONDAY, 0, "nothing")])


def says(user: User, score: int) -> None:
    words = {"score": str(score), "moment": "general", "key": str(uuid4())}
    with time_machine.travel(at(12), tick=False):
        browser_of(user).post("/pain/", words)


def test_nothing_is_sent_on_a_day_whose_pain_calls_for_care_and_the_next_day_it_is(sent: Sent) -> None:
    user = somebody()
    says(user, 8)
    turn(at(20))
    assert (sent, outcomes()) == ([], [(MONDAY, 0, "nothing")])
    turn(at(20, day=MONDAY + DAY))
    assert sent == [(user.email, "Evening", MONDAY + DAY, 0)]


def test_pain_that_shows_no_warning_signs_keeps_no_reminder_back(sent: Sent) -> None:
    user = somebody()
    says(user, 7)
    turn(at(20))
    assert sent == [(user.email, "Evening", MONDAY, 0)]


def test_nothing_is_sent_in_the_quiet_hours(sent: Sent) -> None:
    user = somebody()
    User.objects.filter(pk=user.pk).update(quiet_from=time(19), quiet_until=time(7))
    turn(at(20))
    assert (sent, outcomes()) == ([], [(MONDAY, 0, "quiet")])


def test_the_quiet_hours_are_those_of_the_clock_of_the_person(sent: Sent) -> None:
    somebody(time_zone="Asia/Tokyo", clock=time(21, 59))
    turn(datetime(2026, 11, 23, 12, 59, tzinfo=UTC))
    turn(datetime(2026, 11, 24, 13, 1, tzinfo=UTC))  # two minutes late, which is past ten there
    assert [outcome for _day, _nth, outcome in outcomes()] == ["sent", "quiet"]


# --- Clocks that change -----------------------------------------------------------------------------------------------


def test_in_the_night_that_skips_an_hour_it_is_sent_as_the_clocks_go_on(sent: Sent) -> None:
    night = date(2026, 3, 29)
    user = somebody(
        since=at(12, day=night - DAY),
        clock=time(2, 30),
        time_zone="Europe/Berlin",
        quiet_from=time(5),
        quiet_until=time(5),
    )
    turn(datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC))
    assert sent == []
    turn(datetime(2026, 3, 29, 1, 0, tzinfo=UTC))
    assert sent == [(user.email, "Evening", night, 0)]
    turn(datetime(2026, 3, 30, 0, 30, tzinfo=UTC))
    assert [day for _email, _name, day, _nth in sent] == [night, night + DAY]


def test_in_the_night_that_has_an_hour_twice_it_is_sent_once(sent: Sent) -> None:
    night = date(2026, 10, 25)
    somebody(
        since=at(12, day=night - DAY),
        clock=time(2, 30),
        time_zone="Europe/Berlin",
        quiet_from=time(5),
        quiet_until=time(5),
    )
    for minutes in range(0, 180, 15):
        turn(datetime(2026, 10, 25, 0, 0, tzinfo=UTC) + minutes * MINUTE)
    assert sent == [(User.objects.get().email, "Evening", night, 0)]
    assert Delivery.objects.get().due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def moves(user: User, zone: str) -> None:
    User.objects.filter(pk=user.pk).update(time_zone=zone)


def test_after_a_move_to_the_west_it_is_sent_by_the_clock_there(sent: Sent) -> None:
    user = somebody(time_zone="Europe/Berlin")
    moves(user, "America/New_York")
    turn(datetime(2026, 11, 23, 19, 0, tzinfo=UTC))  # eight in Berlin
    assert sent == []
    turn(datetime(2026, 11, 24, 1, 0, tzinfo=UTC))  # eight in New York
    assert sent == [(user.email, "Evening", MONDAY, 0)]


def test_after_a_move_to_the_east_it_is_sent_by_the_clock_there(sent: Sent) -> None:
    user = somebody(time_zone="America/New_York")
    turn(datetime(2026, 11, 23, 12, 30, tzinfo=UTC))
    moves(user, "Europe/Berlin")
    turn(datetime(2026, 11, 23, 18, 59, tzinfo=UTC))
    assert sent == []
    turn(datetime(2026, 11, 23, 19, 0, tzinfo=UTC))
    assert sent == [(user.email, "Evening", MONDAY, 0)]


def test_who_arrives_shortly_after_the_time_there_still_hears_of_it(sent: Sent) -> None:
    user = somebody(time_zone="Europe/London")
    moves(user, "Europe/Berlin")
    turn(datetime(2026, 11, 23, 19, 30, tzinfo=UTC))
    assert sent == [(user.email, "Evening", MONDAY, 0)]


def test_who_was_reminded_before_the_flight_is_not_reminded_again_on_that_day(sent: Sent) -> None:
    user = somebody(time_zone="Europe/Berlin")
    turn(datetime(2026, 11, 23, 19, 0, tzinfo=UTC))
    moves(user, "America/New_York")
    turn(datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
    assert len(sent) == 1


# --- Downtime ---------------------------------------------------------------------------------------------------------


def test_up_to_an_hour_late_it_is_still_sent(sent: Sent) -> None:
    somebody()
    turn(at(21))
    assert len(sent) == 1


def test_after_more_than_an_hour_it_is_dropped(sent: Sent) -> None:
    somebody()
    turn(at(21) + SECOND)
    assert (sent, outcomes()) == ([], [(MONDAY, 0, "late")])


def test_after_days_of_downtime_nobody_is_flooded_and_what_is_due_now_is_sent(sent: Sent) -> None:
    user = somebody()
    thursday = MONDAY + 3 * DAY
    turn(at(20, 10, thursday))
    assert sent == [(user.email, "Evening", thursday, 0)]
    assert outcomes() == [(MONDAY, 0, "late"), (thursday, 0, "sent")]


# --- Trouble ----------------------------------------------------------------------------------------------------------


def answering(*answers: Reached) -> Callable[[User, Notice, datetime], Reached]:
    left = list(answers)
    return lambda *_: left.pop(0)


def test_what_could_not_be_sent_is_tried_again_a_minute_later(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody()
    monkeypatch.setattr(push, "send", answering(Reached.LATER, Reached.YES))
    turn(at(20))
    turn(at(20) + MINUTE - SECOND)
    assert outcomes() == [(MONDAY, 0, "")]
    turn(at(20) + MINUTE)
    assert outcomes() == [(MONDAY, 0, "sent")]


def test_it_is_given_up_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody()
    monkeypatch.setattr(push, "send", lambda *_: Reached.LATER)
    for minutes in range(63):
        turn(at(20) + minutes * MINUTE)
    assert outcomes() == [(MONDAY, 0, "late")]


def test_without_anybody_to_take_it_it_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody()
    monkeypatch.setattr(push, "send", answering(Reached.NO))
    turn(at(20))
    assert outcomes() == [(MONDAY, 0, "failed")]


def test_one_way_that_works_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody(reminds_by_mail=True)
    monkeypatch.setattr(push, "send", answering(Reached.LATER))
    monkeypatch.setattr(mail, "send", answering(Reached.YES))
    turn(at(20))
    assert outcomes() == [(MONDAY, 0, "sent")]


def test_the_trouble_of_one_stops_no_other_and_the_log_names_nobody(monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    kim, ada = somebody(email="kim@example.org"), somebody(email="ada@example.org")
    words, reached = "a sore foot", []

    def send(user: User, notice: Notice, now: datetime) -> Reached:
        if user == kim:
            raise ValueError(user.email, words)
        reached.append(user.email)
        return Reached.YES

    monkeypatch.setattr(push, "send", send)
    turn(at(20))
    assert reached == [ada.email]
    [line] = log.lines
    assert line["message"] == "A reminder could not be sent"
    assert "kim" not in str(line)
    assert "sore" not in str(line)
    assert outcomes() == [(MONDAY, 0, ""), (MONDAY, 0, "sent")]


def test_a_reminder_whose_next_time_cannot_be_told_stops_no_other(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    kim, ada = somebody(email="kim@example.org"), somebody(email="ada@example.org")
    set_after = Reminder.set_after

    def breaks_for_kim(one: Reminder, instant: datetime) -> None:
        if one.user == kim:
            raise ValueError
        set_after(one, instant)

    monkeypatch.setattr(Reminder, "set_after", breaks_for_kim)
    turn(at(20))
    assert sent == [(ada.email, "Evening", MONDAY, 0)]


def test_a_way_that_breaks_does_not_bar_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody(reminds_by_mail=True)

    def broken(*_: object) -> Reached:
        raise ValueError

    monkeypatch.setattr(push, "send", broken)
    monkeypatch.setattr(mail, "send", answering(Reached.YES))
    turn(at(20))
    assert outcomes() == [(MONDAY, 0, "sent")]


def test_a_database_that_is_away_is_everybodys_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody()

    def away(*_: object) -> Reached:
        raise OperationalError

    monkeypatch.setattr(push, "send", away)
    sending.begin(at(20))
    [one] = sending.waiting(at(20))
    with pytest.raises(OperationalError):
        sending.send(one, at(20))


def outage(monkeypatch: pytest.MonkeyPatch, tries: int, trouble: type[DatabaseError] = OperationalError) -> list[float]:
    """From the moment that something has been sent, for so many tries to write it down. Returns the pauses."""
    pauses: list[float] = []
    update = DeliveryQuerySet.update

    def away(self: DeliveryQuerySet, **fields: Any) -> int:
        if "outcome" in fields and len(pauses) < tries:
            raise trouble
        return update(self, **fields)

    monkeypatch.setattr(DeliveryQuerySet, "update", away)
    monkeypatch.setattr(sending, "sleep", pauses.append)
    return pauses


@pytest.mark.django_db(transaction=True)
def test_what_was_sent_is_written_down_after_a_short_outage_and_not_sent_again(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody()
    pauses = outage(monkeypatch, tries=3)
    turn(at(20))
    turn(at(20) + sending.LEASE)
    assert (len(sent), pauses, outcomes()) == (1, [sending.PAUSE] * 3, [(MONDAY, 0, "sent")])


@pytest.mark.django_db(transaction=True)
def test_a_long_outage_is_everybodys_trouble_and_is_waited_for_no_longer_than_the_lease(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody()
    pauses = outage(monkeypatch, tries=1000)
    with pytest.raises(OperationalError):
        turn(at(20))
    assert timedelta(seconds=sum(pauses)) == 2 * MINUTE < sending.LEASE


def test_what_the_database_refuses_is_not_waited_for(sent: Sent, monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    somebody()
    pauses = outage(monkeypatch, tries=1, trouble=IntegrityError)
    sending.begin(at(20))
    [one] = sending.waiting(at(20))
    sending.send(one, at(20))
    assert (pauses, [line["message"] for line in log.lines]) == ([], ["A reminder could not be sent"])


# --- Taking it on -----------------------------------------------------------------------------------------------------


def test_what_somebody_is_sending_nobody_else_takes_until_the_lease_is_over(sent: Sent) -> None:
    somebody()
    sending.begin(at(20))
    [one] = sending.waiting(at(20))
    assert Delivery.objects.lease(one, at(20), at(20) + sending.LEASE)
    sending.send(one, at(20))
    assert (sent, sending.waiting(at(20) + sending.LEASE - SECOND)) == ([], [])
    turn(at(20) + sending.LEASE)
    assert len(sent) == 1


def test_who_comes_back_after_their_lease_changes_nothing_any_more() -> None:
    somebody()
    sending.begin(at(20))
    [one] = sending.waiting(at(20))
    first = at(20) + sending.LEASE
    assert Delivery.objects.lease(one, at(20), first)
    assert Delivery.objects.lease(one, first, first + sending.LEASE)
    assert Delivery.objects.leased(one, first).update(outcome="failed") == 0


def test_what_is_two_weeks_old_is_forgotten(sent: Sent) -> None:
    somebody()
    turn(at(20))
    turn(at(20, day=MONDAY + DAY))
    sending.forget(at(20, day=MONDAY + 14 * DAY))
    assert len(outcomes()) == 2
    sending.forget(at(20, 1, day=MONDAY + 14 * DAY))
    assert [day for day, _nth, _outcome in outcomes()] == [MONDAY + DAY]


def test_the_next_time_is_that_of_the_next_reminder_or_of_one_put_off() -> None:
    user = somebody()
    assert sending.next_time(at(12)) == at(20)
    Delivery.objects.begin(user, MONDAY, "", 1, at(13))
    assert sending.next_time(at(12)) == at(13)
    assert sending.next_time(at(20, 1)) is None

"""The guided session in a real browser, on a clock that the test moves."""

import re
import time
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from tests.browser.conftest import DESK, Visit
from tests.browser.test_accessibility import violations
from tests.builders import a_person, an_exercise, browser_of, completions, on_plan
from tracking.agenda import day_agenda
from tracking.guide import Guide
from tracking.models import PlanItem

pytestmark = pytest.mark.django_db(transaction=True)

WEDNESDAY = date(2026, 11, 18)
NOW = "2026-11-18 10:00:00Z"


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def user(site: str) -> User:
    """Somebody who gets ready for 5 seconds and rests for 5."""
    return a_person("kim@example.org", get_ready_seconds=5, rest_seconds=5)


@pytest.fixture
def stretch(user: User) -> Exercise:
    """Hold 10 seconds, twice on each foot: 5 ready, 10, 3, 10, 5 switch, 10, 3, 10."""
    return planned(user, "stretch", sides="foot", seconds=(10, 10), repetitions=(2, 2))


def planned(
    user: User,
    slug: str,
    seconds: tuple[int, int] = (30, 30),
    repetitions: tuple[int, int] = (1, 1),
    **fields: Any,
) -> Exercise:
    exercise = an_exercise(
        slug,
        seconds_at_least=seconds[0],
        seconds_at_most=seconds[1],
        repetitions_at_least=repetitions[0],
        repetitions_at_most=repetitions[1],
        **fields,
    )
    on_plan(user, exercise, date(2026, 11, 16))
    return exercise


# What a test wants to know of the sounds and the screen, which nobody can hear or see here.
EARS = """
  window.heard = { said: [], buzzed: 0, locked: 0, tones: 0, cut: 0 };
  const voice = (name, lang, localService) => ({ name, lang, localService });
  window.voices = [voice("cloud", "en-GB", false), voice("own", "en-US", true), voice("andere", "de-DE", true)];
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => window.voices, cancel() {}, addEventListener() {},
    speak: (utterance) => heard.said.push([utterance.text, utterance.voice.name]),
  } });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } };
  Object.defineProperty(navigator, "vibrate", { value: () => { heard.buzzed += 1 } });
  Object.defineProperty(navigator, "wakeLock", { value: { request: async () => {
    heard.locked += 1;
    return { released: false, release: async () => { heard.locked -= 1 } };
  } } });
  const { start, disconnect } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (at) { heard.tones += 1; return start.call(this, at) };
  OscillatorNode.prototype.disconnect = function () { heard.cut += 1; return disconnect.call(this) };
  // The network keeps real time, whatever the clock of the page says.
  AbortSignal.timeout = () => new AbortController().signal;
"""


def open_session(visit: Visit, user: User, query: str = "", **options: Any) -> Page:
    page = visit(user, **options)
    page.clock.install(time=NOW.replace(" ", "T"))
    page.add_init_script(EARS)
    page.goto(f"/session/{query}")
    # From here on, time passes only where the test says so.
    page.clock.pause_at("2026-11-18T10:00:10Z")
    return page


def begin(page: Page) -> Page:
    page.get_by_role("button", name="Start", exact=True).click()
    return page


def after(page: Page, seconds: float) -> Page:
    page.clock.run_for(round(seconds * 1000))
    return page


def expect_step(page: Page, title: str, seconds: int, detail: str | None = None) -> None:
    expect(page.locator("[data-show=title]")).to_have_text(title)
    expect(page.locator("[data-show=seconds]")).to_have_text(str(seconds))
    if detail is not None:
        expect(page.locator("[data-show=detail]")).to_have_text(detail)


def expect_over(page: Page) -> None:
    expect(page.locator("#finish")).to_be_visible()
    expect(page.locator("#player")).to_be_hidden()


def ticked(page: Page, user: User) -> list[tuple[str, int]]:
    """What is in the database, once the browser has sent all it has."""
    deadline = time.monotonic() + 15
    while kept(page):
        assert time.monotonic() < deadline, kept(page)
        time.sleep(0.05)
    return [(slug, nth) for _day, slug, nth in completions(user)]


def sign_in(page: Page, user: User) -> None:
    """Somebody takes over the browser."""
    session = browser_of(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": page.evaluate("location.origin")}])


def kept(page: Page) -> list[str]:
    """The addresses of the ticks that wait in the browser."""
    names = "Object.keys(localStorage).filter(name => name.startsWith('backpain:ticks'))"
    found: list[str] = page.evaluate(f"{names}.flatMap(name => Object.keys(JSON.parse(localStorage[name])))")
    return found


# --- The whole routine ------------------------------------------------------------------------------------------------


def test_the_whole_routine_is_led_through_said_and_ticked_once_each(user: User, visit: Visit) -> None:
    PlanItem.objects.start(user, Exercise.objects.offered(), WEDNESDAY)
    guide = Guide(user, day_agenda(user, WEDNESDAY, WEDNESDAY))
    page = open_session(visit, user)
    assert guide.time in page.locator("#start").inner_text()
    page.evaluate(
        "window.announced = [];"
        "new MutationObserver(() => announced.push(document.querySelector('[data-show=said]').textContent))"
        ".observe(document.querySelector('[data-show=said]'), { childList: true })"
    )

    after(begin(page), guide.seconds - 0.1)
    expect(page.locator("#player")).to_be_visible()
    after(page, 0.1)
    expect_over(page)

    expect(page.get_by_role("heading", name="That is all for today. Well done.")).to_be_focused()
    wanted = sorted((task.exercise.slug, task.slot.nth) for task in guide.tasks)
    assert ticked(page, user) == wanted
    assert {slug for slug, _nth in wanted} == set(Exercise.objects.values_list("slug", flat=True))
    assert len(wanted) == 14
    # Each step was announced as it began, in order. Two alike in a row are announced as one.
    steps = [
        step["say"]
        for n, key in enumerate(guide.script["chosen"])
        for step in [*(guide.script["doses"][key]["rest"] if n else []), *guide.script["doses"][key]["steps"]]
    ]
    said = [words for words, _voice in page.evaluate("heard.said") if not words.isdigit()]
    assert said[: len(steps)] == steps
    assert page.evaluate("announced") == [say for n, say in enumerate(steps) if not n or steps[n - 1] != say]
    # The end tells what was done and how the week stands by now.
    expect(page.locator("[data-list=done] li")).to_have_count(14)
    expect(page.locator("[data-list=left]")).to_be_hidden()
    expect(page.locator("#week-so-far")).to_contain_text("13 of 61 doses")
    page.get_by_role("link", name="To today’s plan").click()
    expect(page.locator(".progress-words")).to_have_text("13 of 13 doses done")


def test_twenty_minutes_end_to_the_tenth_of_a_second_however_unevenly_the_page_gets_to_look(
    user: User, visit: Visit
) -> None:
    planned(user, "long", seconds=(5, 5), repetitions=(100, 100))
    planned(user, "longer", seconds=(25, 25), repetitions=(15, 15))
    total = 5 + 100 * 5 + 99 * 3 + 5 + 5 + 15 * 25 + 14 * 3
    assert total == 1229
    page = begin(open_session(visit, user))
    gone = 0.0
    for n in range(1000):
        # Between a twentieth of a second and some seven seconds, the timers firing only once and late each time.
        late = round(0.05 + (n * 7919 % 701) / 100, 2)
        if gone + late > total - 10:
            break
        page.clock.fast_forward(round(late * 1000))
        gone += late
    assert gone > 1200
    page.clock.run_for(round((total - gone) * 1000) - 50)
    expect(page.locator("#player")).to_be_visible()
    page.clock.run_for(100)
    expect_over(page)
    assert ticked(page, user) == [("long", 1), ("longer", 1)]


def test_two_tabs_in_the_same_session_tick_once(user: User, stretch: Exercise, visit: Visit) -> None:
    page = begin(open_session(visit, user))
    other = page.context.new_page()
    other.clock.install(time=NOW.replace(" ", "T"))
    other.goto("/session/")
    other.clock.pause_at("2026-11-18T10:00:10Z")
    expect(other.locator("#player")).to_be_visible()  # It takes up the place of the first, and waits there.
    other.get_by_role("button", name="Continue").click()
    for tab in (page, other):
        after(tab, 61)
        expect_over(tab)
    assert ticked(page, user) == [("stretch", 1)]


# --- Pause, skip, back, end -------------------------------------------------------------------------------------------


def test_a_pause_stops_the_time_for_as_long_as_one_likes(user: User, stretch: Exercise, visit: Visit) -> None:
    page = after(begin(open_session(visit, user)), 5 + 4)
    expect_step(page, "Hold", 6, "Left foot · 1 of 2")
    page.get_by_role("button", name="Pause").click()
    after(page, 3600)
    expect_step(page, "Hold", 6)
    page.get_by_role("button", name="Continue").click()
    after(page, 5.9)
    expect_step(page, "Hold", 1)
    after(page, 0.1)
    expect_step(page, "Relax", 3)


def test_what_is_skipped_is_not_ticked(user: User, stretch: Exercise, visit: Visit) -> None:
    page = after(begin(open_session(visit, user)), 5 + 9)
    page.get_by_role("button", name="Skip", exact=True).click()
    expect_step(page, "Relax", 3)
    after(page, 3 + 10 + 5 + 10 + 3 + 10)
    expect_over(page)
    assert ticked(page, user) == []
    expect(page.locator("[data-list=done]")).to_be_hidden()
    expect(page.locator("[data-list=left] li")).to_have_text(["Stretch"])


def test_getting_ready_may_be_skipped(user: User, stretch: Exercise, visit: Visit) -> None:
    page = begin(open_session(visit, user))
    page.get_by_role("button", name="Skip", exact=True).click()
    expect_step(page, "Hold", 10)
    after(page, 10 + 3 + 10 + 5 + 10 + 3 + 10)
    expect_over(page)
    assert ticked(page, user) == [("stretch", 1)]


def test_back_begins_the_step_again_and_pressed_at_once_goes_to_the_one_before(
    user: User, stretch: Exercise, visit: Visit
) -> None:
    page = after(begin(open_session(visit, user)), 5 + 4)
    back = page.get_by_role("button", name="Back", exact=True)
    back.click()
    expect_step(page, "Hold", 10)
    back.click()
    expect_step(page, "Get ready", 5)
    back.click()
    expect_step(page, "Get ready", 5)


def test_an_exercise_may_be_skipped_as_a_whole(user: User, stretch: Exercise, visit: Visit) -> None:
    planned(user, "walk", action="move")
    page = after(begin(open_session(visit, user)), 5 + 4)
    page.get_by_role("button", name="Skip this exercise").click()
    expect_step(page, "Rest", 5, "Next: Walk")
    after(page, 5 + 5 + 30)
    expect_over(page)
    assert ticked(page, user) == [("walk", 1)]
    page.get_by_role("button", name="Go on with the session").click()
    expect(page.locator("[data-show=name]")).to_have_text("Stretch")
    expect_step(page, "Get ready", 5)


def test_the_low_end_of_a_range_is_enough_on_each_side(user: User, visit: Visit) -> None:
    planned(user, "massage", action="move", seconds=(60, 180), sides="foot")
    page = after(begin(open_session(visit, user)), 5 + 59)
    expect(page.get_by_role("button", name="Skip this exercise")).to_be_visible()
    after(page, 1)
    page.get_by_role("button", name="Enough here, go to the other side").click()
    expect_step(page, "Switch sides", 5, "Right foot")
    after(page, 5 + 60)
    page.get_by_role("button", name="Enough, go on to what is next").click()
    expect_over(page)
    assert ticked(page, user) == [("massage", 1)]


@pytest.mark.parametrize(("seconds", "expected"), [(59, []), (61, [("pull", 1)])])
def test_ending_early_keeps_what_was_done(
    seconds: int, expected: list[tuple[str, int]], user: User, visit: Visit
) -> None:
    planned(user, "pull", seconds=(15, 15), repetitions=(1, 10))
    planned(user, "raise", seconds=(30, 30), position="lying")
    planned(user, "rub", action="move", seconds=(60, 180), position="sitting")
    page = open_session(visit, user, "?part=sitting")
    after(begin(page), 5 + seconds)
    page.get_by_role("button", name="End").click()
    expect_over(page)
    assert ticked(page, user) == [("rub", 1)] * bool(expected)
    left = ["Pull", "Raise"] if expected else ["Pull", "Rub", "Raise"]
    expect(page.locator("[data-list=left] li")).to_have_text(left)
    words = "Well done. That is it for now." if expected else "That is it for now."
    expect(page.get_by_role("heading", name=words, exact=True)).to_be_visible()


# --- Reload, back in the browser, a page that is not looked at --------------------------------------------------------


def test_a_reload_takes_one_back_to_where_one_was(user: User, stretch: Exercise, visit: Visit) -> None:
    planned(user, "walk", action="move", position="lying")
    page = after(begin(open_session(visit, user)), 56 + 5 + 5 + 12)
    expect_step(page, "Move", 18)
    assert ticked(page, user) == [("stretch", 1)]

    page.reload()

    expect_step(page, "Move", 18)
    expect(page.locator("[data-show=place]")).to_have_text("2 / 2")
    expect(page.get_by_text("You were here. Continue when you are ready.")).to_be_visible()
    after(page, 100)
    expect_step(page, "Move", 18)
    page.get_by_role("button", name="Continue").click()
    after(page, 18)
    expect_over(page)
    expect(page.locator("[data-list=done] li")).to_have_text(["Stretch", "Walk"])
    assert ticked(page, user) == [("stretch", 1), ("walk", 1)]


def test_going_back_by_accident_loses_nothing(user: User, stretch: Exercise, visit: Visit) -> None:
    page = visit(user)
    page.goto("/today/")
    page.get_by_role("link", name="Start the guided session").click()
    page.clock.install(time=NOW.replace(" ", "T"))
    page.reload()
    page.clock.pause_at("2026-11-18T10:00:10Z")
    after(begin(page), 5 + 10 + 3 + 2)
    page.go_back()
    expect(page.get_by_role("link", name="Start the guided session")).to_be_visible()
    page.go_forward()
    expect_step(page, "Hold", 8, "Left foot · 2 of 2")
    page.get_by_role("button", name="Continue").click()
    after(page, 8)
    expect_step(page, "Switch sides", 5)


def test_another_part_does_not_make_a_reload_forget_the_place(user: User, stretch: Exercise, visit: Visit) -> None:
    planned(user, "walk", action="move", position="lying")
    page = after(begin(open_session(visit, user, "?minutes=2")), 56 + 5 + 5 + 12)
    assert ticked(page, user) == [("stretch", 1)]
    page.goto("/session/?part=once")
    expect_step(page, "Move", 18)


def test_the_place_is_that_of_one_day_and_one_person(
    user: User, stretch: Exercise, visit: Visit, time_machine: TimeMachineFixture
) -> None:
    page = after(begin(open_session(visit, user)), 8)
    other = a_person("lou@example.org")
    on_plan(other, stretch, WEDNESDAY)
    sign_in(page, other)
    page.goto("/session/")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    sign_in(page, user)
    page.goto("/session/")
    expect(page.locator("#player")).to_be_visible()
    time_machine.move_to("2026-11-19 10:00:00Z", tick=False)
    page.goto("/session/")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()


def test_a_place_that_is_hours_old_is_let_go(user: User, stretch: Exercise, visit: Visit) -> None:
    page = after(begin(open_session(visit, user)), 8)
    page.goto("/today/")
    after(page, 2 * 3600 + 60)
    page.goto("/session/")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()


def test_a_page_in_the_background_that_may_look_once_a_minute_stretches_nothing(user: User, visit: Visit) -> None:
    planned(user, "stretch", sides="foot", seconds=(10, 10), repetitions=(5, 5))
    planned(user, "walk", action="move", position="lying", seconds=(90, 90))
    page = begin(open_session(visit, user))
    for _minute in range(2):
        page.clock.fast_forward(60_000)
    # 5 ready, 5 x 10 and 4 x 3, 5 switch: the right foot since 72 s, and 48 s of its 62 are over.
    expect_step(page, "Hold", 1, "Right foot · 4 of 5")
    page.clock.fast_forward(60_000)
    # 134 s the first dose, 5 rest, 5 ready.
    expect_step(page, "Move", 54)
    assert ticked(page, user) == [("stretch", 1)]


def test_a_phone_that_slept_finishes_the_hold_but_goes_on_with_nothing_else(
    user: User, stretch: Exercise, visit: Visit
) -> None:
    page = after(begin(open_session(visit, user)), 5 + 4)
    page.clock.fast_forward(600_000)
    expect_step(page, "Relax", 3)
    expect(page.get_by_text("Paused, because this page was asleep.")).to_be_visible()
    assert ticked(page, user) == []
    page.get_by_role("button", name="Continue").click()
    after(page, 3)
    expect_step(page, "Hold", 10, "Left foot · 2 of 2")


def test_a_clock_that_is_set_back_lengthens_nothing(user: User, stretch: Exercise, visit: Visit) -> None:
    page = after(begin(open_session(visit, user)), 5 + 4)
    page.clock.set_fixed_time("2026-11-18T09:00:00Z")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect_step(page, "Hold", 6)


# --- Without the network ----------------------------------------------------------------------------------------------


def test_a_tick_without_a_network_is_kept_named_and_sent_when_it_returns(
    user: User, stretch: Exercise, visit: Visit, complaints: list[str]
) -> None:
    planned(user, "walk", action="move", position="lying")
    page = begin(open_session(visit, user))
    page.context.set_offline(True)
    after(page, 56)
    notice = page.get_by_text("Kept on this device, and sent as soon as it can: Stretch")
    expect(notice).to_be_visible()
    after(page, 40)
    expect_over(page)
    expect(page.get_by_text("sent as soon as it can: Stretch, Walk")).to_be_visible()
    assert completions(user) == []
    assert complaints
    complaints.clear()

    page.context.set_offline(False)

    assert ticked(page, user) == [("stretch", 1), ("walk", 1)]
    expect(page.locator("[data-outbox]")).to_be_hidden()
    expect(page.locator("#week-so-far")).to_contain_text("2 of 14 doses")
    complaints.clear()


def test_what_was_kept_is_sent_from_the_next_page_of_that_person_and_shown_there(
    user: User, stretch: Exercise, visit: Visit, complaints: list[str]
) -> None:
    page = begin(open_session(visit, user))
    page.route("**/day/**", lambda route: route.abort())
    after(page, 56)
    expect_over(page)
    expect(page.get_by_text("sent as soon as it can: Stretch")).to_be_visible()
    assert kept(page) == ["/day/2026-11-18/stretch/1/"]

    # Somebody else on the same device neither sends nor sees it.
    other = a_person("lou@example.org")
    on_plan(other, stretch, WEDNESDAY)
    sign_in(page, other)
    page.unroute("**/day/**")
    page.goto("/today/")
    expect(page.locator("[data-exercise=stretch]")).to_have_attribute("data-done", "0")
    page.wait_for_load_state("networkidle")
    assert completions(other) == completions(user) == []

    sign_in(page, user)
    page.goto("/today/")
    expect(page.locator("[data-exercise=stretch]")).to_have_attribute("data-done", "1")
    assert ticked(page, user) == [("stretch", 1)]
    assert completions(other) == []
    complaints.clear()


def test_a_session_goes_on_where_its_ticks_still_wait(
    user: User, stretch: Exercise, visit: Visit, complaints: list[str]
) -> None:
    planned(user, "walk", action="move", position="lying")
    page = begin(open_session(visit, user))
    page.route("**/day/**", lambda route: route.abort())
    after(page, 56 + 2)
    expect_step(page, "Rest", 3)
    page.reload()
    expect(page.locator("[data-show=name]")).to_have_text("Walk")
    expect_step(page, "Get ready", 5)
    assert kept(page) == ["/day/2026-11-18/stretch/1/"]
    complaints.clear()


def test_who_is_signed_out_meanwhile_is_told_and_loses_nothing(
    user: User, stretch: Exercise, visit: Visit, complaints: list[str]
) -> None:
    page = begin(open_session(visit, user))
    page.context.clear_cookies(name="sessionid")
    after(page, 56)
    expect_over(page)
    expect(page.get_by_text("Kept on this device until you sign in again: Stretch")).to_be_visible()
    assert "403" in complaints.pop(0)
    sign_in(page, user)
    page.goto("/session/")
    assert ticked(page, user) == [("stretch", 1)]


def test_what_left_the_plan_meanwhile_is_said_and_not_tried_for_ever(
    user: User, stretch: Exercise, visit: Visit, complaints: list[str]
) -> None:
    page = begin(open_session(visit, user))
    PlanItem.objects.for_user(user).delete()
    after(page, 56)
    expect_over(page)
    expect(page.get_by_text("it is not on your plan any more: Stretch")).to_be_visible()
    assert ticked(page, user) == []
    assert "404" in complaints.pop(0)


def test_a_session_over_midnight_belongs_to_the_day_on_which_it_began(
    user: User, stretch: Exercise, visit: Visit, time_machine: TimeMachineFixture
) -> None:
    page = begin(open_session(visit, user))
    time_machine.move_to("2026-11-19 00:00:30Z", tick=False)
    after(page, 56)
    expect_over(page)
    ticked(page, user)
    assert completions(user) == [(WEDNESDAY, "stretch", 1)]


# --- What one hears, feels and presses --------------------------------------------------------------------------------


def test_a_change_is_heard_by_tone_and_by_a_voice_of_the_device(user: User, stretch: Exercise, visit: Visit) -> None:
    page = begin(open_session(visit, user))
    expect(page.get_by_label("Voice")).to_be_checked()
    after(page, 15)
    assert page.evaluate("heard.said") == [
        ["Get ready: Stretch. Left foot first.", "own"],
        ["Hold. Left foot.", "own"],
        ["3", "own"],
        ["2", "own"],
        ["1", "own"],
        ["Relax.", "own"],
    ]
    # The start; three to count and one for the change, for each of the first two steps; and “2, 1” of the third.
    assert page.evaluate("heard.tones") == 1 + 4 + 4 + 3


def test_every_tone_sounds_to_its_end_and_the_last_ones_say_that_it_is_over(user: User, visit: Visit) -> None:
    user.get_ready_seconds = 3
    user.save()
    planned(user, "blink", seconds=(1, 1))
    page = visit(user)  # On the real clock, which the sound card has as well.
    page.add_init_script(EARS)
    page.goto("/session/")
    begin(page)
    expect_over(page)
    # The start; “2, 1” and the change; then three tones for the end.
    assert page.evaluate("[heard.tones, heard.cut]") == [1 + 3 + 3, 0]
    assert page.evaluate("heard.said.at(-1)") == ["That is all for today. Well done.", "own"]


def test_a_double_tap_is_one_tap(user: User, stretch: Exercise, visit: Visit) -> None:
    planned(user, "walk", action="move", position="lying")
    planned(user, "raise", position="lying")
    page = after(begin(open_session(visit, user)), 1)
    page.get_by_role("button", name="Pause").dblclick()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    page.get_by_role("button", name="Skip this exercise").dblclick()
    expect_step(page, "Rest", 5, "Next: Walk")


def test_each_cue_can_be_switched_off_and_stays_off(user: User, stretch: Exercise, visit: Visit) -> None:
    page = open_session(visit, user, has_touch=True, is_mobile=True)
    for name in ("Tones", "Voice", "Vibration"):
        page.get_by_label(name).uncheck()
    page.reload()
    for name in ("Tones", "Voice", "Vibration"):
        expect(page.get_by_label(name)).not_to_be_checked()
    after(begin(page), 56)
    expect_over(page)
    assert page.evaluate("[heard.said.length, heard.tones, heard.buzzed]") == [0, 0, 0]


def test_a_phone_buzzes_at_each_change(user: User, stretch: Exercise, visit: Visit) -> None:
    page = begin(open_session(visit, user, has_touch=True, is_mobile=True))
    after(page, 15)
    assert page.evaluate("heard.buzzed") == 3


def test_without_a_voice_of_its_own_nothing_is_sent_anywhere_to_be_spoken(
    user: User, stretch: Exercise, visit: Visit
) -> None:
    page = visit(user)
    page.clock.install(time=NOW.replace(" ", "T"))
    page.add_init_script(EARS + "window.voices = window.voices.slice(0, 1);")
    page.goto("/session/")
    expect(page.get_by_label("Tones")).to_be_visible()
    expect(page.get_by_label("Voice")).to_be_hidden()
    begin(page)
    after(page, 15)
    assert page.evaluate("heard.said") == []


def test_the_screen_is_kept_on_while_it_runs_and_no_longer(user: User, stretch: Exercise, visit: Visit) -> None:
    page = begin(open_session(visit, user))
    assert page.evaluate("heard.locked") == 1
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("heard.locked") == 0
    page.get_by_role("button", name="Continue").click()
    assert page.evaluate("heard.locked") == 1
    page.get_by_role("button", name="End").click()
    assert page.evaluate("heard.locked") == 0


def test_the_keyboard_is_enough(user: User, stretch: Exercise, visit: Visit) -> None:
    page = open_session(visit, user, viewport=DESK)
    page.get_by_role("button", name="Start", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    after(page, 1)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Continue")).to_be_focused()
    page.keyboard.press("Space")
    after(page, 1)
    expect_step(page, "Get ready", 3)
    page.locator("body").evaluate("body => document.activeElement.blur()")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect_step(page, "Hold", 10)
    page.keyboard.press("ArrowLeft")
    expect_step(page, "Get ready", 5)
    page.keyboard.press("Escape")
    expect_over(page)


def test_what_changes_is_announced_once_a_step_and_not_once_a_second(
    user: User, stretch: Exercise, visit: Visit
) -> None:
    page = begin(open_session(visit, user))
    page.evaluate(
        "window.announced = 0;"
        "for (const live of document.querySelectorAll('[aria-live], [role=status], [role=alert]'))"
        "  new MutationObserver(() => { window.announced += 1 })"
        "    .observe(live, { childList: true, subtree: true, characterData: true })"
    )
    after(page, 14)
    assert page.evaluate("announced") == 1


# --- How it looks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_it_runs_rests_and_is_over(scheme: str, user: User, visit: Visit) -> None:
    PlanItem.objects.start(user, Exercise.objects.offered(), WEDNESDAY)
    page = visit(user, color_scheme=scheme)  # On the real clock, which axe needs as well.
    page.goto("/session/?part=once")
    found = violations(page)
    begin(page)
    page.get_by_role("button", name="Skip", exact=True).click()
    expect(page.locator("[data-show=title]")).to_have_text("Move")
    found += violations(page)
    page.get_by_role("button", name="Pause").click()
    found += violations(page)
    page.reload()
    expect(page.get_by_text("You were here.")).to_be_visible()
    found += violations(page)
    page.get_by_role("button", name="End").click()
    expect_over(page)
    found += violations(page)
    assert found == []


SIZES = [(320, 568), (390, 844), (844, 390), (768, 1024), (1280, 800), (1920, 1080)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_the_player_fits_its_window_without_scrolling(size: tuple[int, int], user: User, visit: Visit) -> None:
    PlanItem.objects.start(user, Exercise.objects.offered(), WEDNESDAY)
    page = open_session(visit, user, "?part=lying", viewport={"width": size[0], "height": size[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    after(begin(page), 6)
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [*size]
    for key in page.locator("#player button").all():
        box = key.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 43.5
        assert box["y"] + box["height"] <= size[1]


def test_a_finished_dose_is_ticked_at_once_and_not_at_the_end(user: User, stretch: Exercise, visit: Visit) -> None:
    planned(user, "walk", action="move", position="lying")
    page = after(begin(open_session(visit, user)), 55.5)
    assert completions(user) == []
    after(page, 0.5)
    expect(page.locator("[data-show=title]")).to_have_text("Rest")
    assert ticked(page, user) == [("stretch", 1)]


def test_the_session_works_in_the_address_that_today_links_to(user: User, stretch: Exercise, visit: Visit) -> None:
    page = visit(user)
    page.goto("/today/")
    page.get_by_role("link", name="Start the guided session").click()
    page.wait_for_url(re.compile(r"/session/$"))

"""The guided session in a real browser, on a clock that the test moves."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from exercises.pictures import drawn
from tests.browser.conftest import DESK, NO_NETWORK, Complaints, Visit, ask
from tests.browser.test_accessibility import violations
from tests.builders import PASSWORD, a_person, an_exercise, browser_of, completions, on_plan
from tracking import planning
from tracking.agenda import day_agenda
from tracking.guide import Guide
from tracking.models import CompletionQuerySet, PlanItem

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


def expect_step(page: Page, title: str, seconds: int | str, detail: str | None = None) -> None:
    expect(page.locator("[data-show=title]")).to_have_text(title)
    expect(page.locator("[data-show=seconds]")).to_have_text(str(seconds))
    if detail is not None:
        expect(page.locator("[data-show=detail]")).to_have_text(detail)


def expect_over(page: Page) -> None:
    expect(page.locator("#finish")).to_be_visible()
    expect(page.locator("#player")).to_be_hidden()


def wait_until(true: Callable[[], bool]) -> None:
    """In real time, which the clock of the page does not keep; while the page loads anew it has no answer."""
    deadline = time.monotonic() + 15
    while True:
        with suppress(PlaywrightError):
            if true():
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ticked(page: Page, user: User) -> list[tuple[str, int]]:
    """What is in the database, once the browser has sent all it has."""
    wait_until(lambda: not kept(page))
    return [(slug, nth) for _day, slug, nth in completions(user)]


def sign_in(page: Page, user: User) -> None:
    """Somebody takes over the browser."""
    session = browser_of(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": page.evaluate("location.origin")}])


def kept(page: Page) -> list[str]:
    """The addresses of the ticks that wait in the browser."""
    wishes = "import('/static/js/outbox.js').then(async (box) => (await box.ready, box.wishes()))"
    return [one["address"] for one in ask(page, wishes)]


# --- The whole routine ------------------------------------------------------------------------------------------------


def test_the_whole_routine_is_led_through_said_and_ticked_once_each(user: User, visit: Visit) -> None:
    planning.start(user, Exercise.objects.offered(), WEDNESDAY)
    guide = Guide(user, day_agenda(user, WEDNESDAY, WEDNESDAY), day_ends_in=0)
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
    announced = [say for n, say in enumerate(steps) if not n or steps[n - 1] != say]
    assert page.evaluate("announced") == [*announced, ""]
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


def test_a_second_tab_takes_up_the_place_of_the_first_and_waits_there(
    user: User, stretch: Exercise, visit: Visit
) -> None:
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
    page = after(begin(open_session(visit, user)), 0.6)
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
    after(page, 0.6)
    back.click()
    expect_step(page, "Get ready", 5)
    after(page, 0.6)
    back.click()
    expect_step(page, "Get ready", 5)


def test_back_from_the_beginning_of_an_exercise_leads_to_the_one_that_was_passed_over(
    user: User, stretch: Exercise, visit: Visit
) -> None:
    planned(user, "walk", action="move")
    page = after(begin(open_session(visit, user)), 20)
    page.get_by_role("button", name="Skip this exercise").click()
    expect(page.locator("[data-show=name]")).to_have_text("Walk")
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.locator("[data-show=name]")).to_have_text("Stretch")
    expect_step(page, "Get ready", 5)


def test_how_it_is_done_can_be_read_in_the_middle_and_time_waits(user: User, stretch: Exercise, visit: Visit) -> None:
    stretch.steps, stretch.avoid = "Sit down.\nPull gently.", "Jerking."
    stretch.save()
    page = after(begin(open_session(visit, user)), 7)
    how = page.get_by_role("button", name="How is it done?")
    how.click()
    expect(page.locator("#how li")).to_have_text(["Sit down.", "Pull gently.", "Jerking."])
    after(page, 100)
    expect_step(page, "Hold", 8)
    page.keyboard.press("Escape")
    expect(page.locator("#how")).to_be_hidden()
    how.click()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#how")).to_be_hidden()
    expect(how).to_have_attribute("aria-expanded", "false")


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
    expect_step(page, "Get ready", 5, "Left foot first · Standing")


def test_the_low_end_of_a_range_is_enough_on_each_side(user: User, visit: Visit) -> None:
    planned(user, "massage", action="move", seconds=(60, 180), sides="foot")
    page = after(begin(open_session(visit, user)), 5 + 59)
    expect(page.get_by_role("button", name="Skip this exercise")).to_be_visible()
    after(page, 1)
    page.get_by_role("button", name="Enough, other side").click()
    expect_step(page, "Switch sides", 5, "Right foot")
    after(page, 5 + 60)
    page.get_by_role("button", name="Enough, go on").click()
    expect_over(page)
    assert ticked(page, user) == [("massage", 1)]


@pytest.mark.parametrize(("seconds", "counts"), [(59, False), (61, True)])
def test_ending_early_keeps_what_was_done(seconds: int, counts: bool, user: User, visit: Visit) -> None:
    planned(user, "raise", position="lying")
    planned(user, "rub", action="move", seconds=(60, 180), position="sitting")
    page = after(begin(open_session(visit, user, "?part=sitting")), 5 + seconds)
    page.get_by_role("button", name="End").click()
    expect_over(page)
    assert ticked(page, user) == ([("rub", 1)] if counts else [])
    expect(page.locator("[data-list=left] li")).to_have_text(["Raise"] if counts else ["Rub", "Raise"])
    words = "Well done. That is it for now." if counts else "That is it for now."
    expect(page.get_by_role("heading", name=words, exact=True)).to_be_visible()


def test_who_ended_too_early_goes_on_where_that_was(user: User, visit: Visit) -> None:
    planned(user, "rub", action="move", seconds=(60, 180))
    page = after(begin(open_session(visit, user)), 5 + 50)
    page.keyboard.press("Escape")
    expect_over(page)
    after(page, 300)
    page.get_by_role("button", name="Go on with the session").click()
    expect_step(page, "Move", "2:10")
    after(page, 130)
    expect_over(page)
    assert ticked(page, user) == [("rub", 1)]


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


def test_back_and_forward_between_two_pages_of_the_session_loses_nothing(
    user: User, stretch: Exercise, visit: Visit
) -> None:
    page = open_session(visit, user)
    page.goto("/session/?minutes=2")
    after(begin(page), 8)
    page.go_back()
    expect_step(page, "Hold", 7)
    page.go_forward()
    expect(page).to_have_url(re.compile("minutes=2"))
    expect_step(page, "Hold", 7)


def test_another_part_that_is_asked_for_is_shown_and_the_place_is_kept_for_later(
    user: User, stretch: Exercise, visit: Visit
) -> None:
    planned(user, "walk", action="move", position="lying")
    page = after(begin(open_session(visit, user, "?minutes=2")), 56 + 5 + 5 + 12)
    assert ticked(page, user) == [("stretch", 1)]
    page.goto("/session/?part=lying")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    page.get_by_role("link", name="Go on with that").click()
    expect_step(page, "Move", 18)
    page.get_by_role("button", name="Choose something else").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    page.goto("/session/")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()


def test_the_place_is_that_of_one_day_and_one_person(
    user: User, stretch: Exercise, visit: Visit, time_machine: TimeMachineFixture
) -> None:
    page = after(begin(open_session(visit, user)), 8)
    other = a_person("lou@example.org")
    on_plan(other, stretch, WEDNESDAY)
    sign_in(page, other)
    page.goto("/session/")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    # What the first had begun is not left lying about for the second.
    assert page.evaluate("Object.keys(localStorage)") == []
    sign_in(page, user)
    page.goto("/session/")
    after(begin(page), 8)
    page.reload()
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


def test_who_leaves_the_page_alone_finishes_the_exercise_and_is_waited_for(
    user: User, stretch: Exercise, visit: Visit
) -> None:
    planned(user, "walk", action="move", position="lying")
    page = after(begin(open_session(visit, user)), 5 + 4)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    after(page, 80)
    expect_step(page, "Rest", 5)
    expect(page.get_by_text("Paused while you were away.")).to_be_visible()
    after(page, 600)
    assert ticked(page, user) == [("stretch", 1)]


def test_a_phone_that_slept_finishes_the_hold_but_goes_on_with_nothing_else(
    user: User, stretch: Exercise, visit: Visit
) -> None:
    page = after(begin(open_session(visit, user)), 5 + 4)
    page.clock.fast_forward(600_000)
    expect_step(page, "Relax", 3)
    expect(page.get_by_text("Paused while you were away.")).to_be_visible()
    assert ticked(page, user) == []
    page.get_by_role("button", name="Continue").click()
    after(page, 3)
    expect_step(page, "Hold", 10, "Left foot · 2 of 2")


def test_a_place_in_an_exercise_that_has_changed_since_is_its_beginning(
    user: User, stretch: Exercise, visit: Visit
) -> None:
    page = after(begin(open_session(visit, user)), 56 - 5)
    expect_step(page, "Hold", 5, "Right foot · 2 of 2")
    user.planitem_set.update(repetitions_at_least=1, repetitions_at_most=1)
    page.reload()
    expect_step(page, "Get ready", 5)
    page.get_by_role("button", name="Continue").click()
    after(page, 5 + 10 + 5 + 10)
    expect_over(page)
    assert ticked(page, user) == [("stretch", 1)]


@pytest.mark.parametrize(
    "state", ["nonsense", "[]", '{"saved": 9e15}', '{"saved": 9e15, "keys": ["stretch/1"], "at": 99}']
)
def test_a_place_that_makes_no_sense_is_let_go(state: str, user: User, stretch: Exercise, visit: Visit) -> None:
    page = open_session(visit, user)
    page.evaluate(f"localStorage.setItem('backpain:session:{user.pk}:2026-11-18', {state!r})")
    page.reload()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    after(begin(page), 56)
    expect_over(page)
    assert ticked(page, user) == [("stretch", 1)]


def test_what_was_taken_back_elsewhere_is_open_again(user: User, stretch: Exercise, visit: Visit) -> None:
    planned(user, "walk", action="move", position="lying")
    page = after(begin(open_session(visit, user)), 56 + 8)
    assert ticked(page, user) == [("stretch", 1)]
    browser_of(user).post("/day/2026-11-18/stretch/1/", {"done": "no"})
    page.reload()
    page.get_by_role("button", name="Continue").click()
    after(page, 60)
    expect_over(page)
    expect(page.locator("[data-list=done] li")).to_have_text(["Walk"])
    expect(page.locator("[data-list=left] li")).to_have_text(["Stretch"])


def test_the_low_end_of_a_range_is_kept_even_where_one_does_not_come_back_for_hours(user: User, visit: Visit) -> None:
    planned(user, "rub", action="move", seconds=(60, 180))
    page = after(begin(open_session(visit, user)), 5 + 70)
    page.goto("/today/")
    after(page, 3 * 3600)
    assert completions(user) == []
    page.goto("/session/")
    expect(page.locator("#player")).to_have_count(0)
    assert ticked(page, user) == [("rub", 1)]


@pytest.mark.parametrize("name", ["Start", "Continue"])
def test_a_page_left_open_over_night_does_not_tick_yesterday(
    name: str, user: User, stretch: Exercise, visit: Visit, time_machine: TimeMachineFixture
) -> None:
    page = open_session(visit, user)
    if name == "Continue":
        after(begin(page), 7)
        page.get_by_role("button", name="Pause").click()
    after(page, 21 * 3600)
    time_machine.move_to("2026-11-19 07:00:10Z", tick=False)
    page.get_by_role("button", name=name, exact=True).click()
    # The page of the new day.
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    after(begin(page), 56)
    expect_over(page)
    assert ticked(page, user) == [("stretch", 1)]
    assert [day for day, _slug, _nth in completions(user)] == [date(2026, 11, 19)]


@pytest.mark.parametrize("button", ["Skip", "Back", "Pause"])
def test_a_clock_set_back_before_a_key_is_pressed_runs_through_nothing(
    button: str, user: User, stretch: Exercise, visit: Visit
) -> None:
    planned(user, "walk", action="move", position="lying")
    page = after(begin(open_session(visit, user)), 5 + 4)
    page.evaluate("{ const now = Date.now; Date.now = () => now() - 3_600_000 }")
    page.get_by_role("button", name=button, exact=True).click()
    after(page, 2)
    seconds = {"Skip": ("Relax", 1), "Back": ("Hold", 8), "Pause": ("Hold", 6)}
    expect_step(page, *seconds[button])
    assert completions(user) == []


def test_a_clock_that_is_set_back_lengthens_nothing(user: User, stretch: Exercise, visit: Visit) -> None:
    page = after(begin(open_session(visit, user)), 5 + 4)
    page.clock.set_fixed_time("2026-11-18T09:00:00Z")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect_step(page, "Hold", 6)


# --- Without the network ----------------------------------------------------------------------------------------------


def test_a_tick_without_a_network_is_kept_named_and_sent_when_it_returns(
    user: User, stretch: Exercise, visit: Visit, complaints: Complaints
) -> None:
    planned(user, "walk", action="move", position="lying")
    page = begin(open_session(visit, user))
    page.context.set_offline(True)
    after(page, 56)
    notice = page.get_by_text("sent as soon as it can: Stretch (done)")
    expect(notice).to_have_count(1)
    after(page, 40)
    expect_over(page)
    expect(page.get_by_text("sent as soon as it can: Stretch (done) · Walk (done)")).to_be_visible()
    assert completions(user) == []

    page.context.set_offline(False)

    assert ticked(page, user) == [("stretch", 1), ("walk", 1)]
    expect(page.locator("[data-outbox]")).to_be_hidden()
    expect(page.locator("#week-so-far")).to_contain_text("2 of 14 doses")
    complaints.forgive(*NO_NETWORK)


def test_what_was_kept_is_sent_from_the_next_page_of_that_person_and_shown_there(
    user: User, stretch: Exercise, visit: Visit, complaints: Complaints
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
    complaints.forgive(*NO_NETWORK)


def test_a_session_goes_on_where_its_ticks_still_wait(
    user: User, stretch: Exercise, visit: Visit, complaints: Complaints
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
    complaints.forgive(*NO_NETWORK)


def test_who_is_signed_out_meanwhile_is_told_and_loses_nothing(
    user: User, stretch: Exercise, visit: Visit, complaints: Complaints
) -> None:
    page = begin(open_session(visit, user))
    page.context.clear_cookies(name="sessionid")
    after(page, 56)
    expect_over(page)
    expect(page.get_by_text("Kept on this device until you sign in again: Stretch")).to_be_visible()
    complaints.forgive("a status of 403")
    sign_in(page, user)
    page.goto("/session/")
    assert ticked(page, user) == [("stretch", 1)]


def test_what_left_the_plan_meanwhile_is_said_and_not_tried_for_ever(
    user: User, stretch: Exercise, visit: Visit, complaints: Complaints
) -> None:
    page = begin(open_session(visit, user))
    PlanItem.objects.for_user(user).delete()
    after(page, 56)
    expect_over(page)
    expect(page.get_by_text("It may not be on your plan any more: Stretch")).to_be_visible()
    assert ticked(page, user) == []
    complaints.forgive("a status of 404")


@pytest.mark.parametrize(
    "denied", ["Storage.prototype.setItem", "Storage.prototype.getItem", "IDBFactory.prototype.open"]
)
def test_a_browser_that_keeps_nothing_still_sends(denied: str, user: User, stretch: Exercise, visit: Visit) -> None:
    page = visit(user)
    page.clock.install(time=NOW.replace(" ", "T"))
    page.add_init_script(EARS + f"{denied} = () => {{ throw new DOMException('no', 'QuotaExceededError') }};")
    page.goto("/session/")
    page.clock.pause_at("2026-11-18T10:00:10Z")
    with page.expect_response("**/day/**"):
        after(begin(page), 56)
    expect_over(page)
    wait_until(lambda: [slug for _day, slug, _nth in completions(user)] == ["stretch"])


def test_one_tick_that_is_not_taken_holds_up_no_other(
    user: User, stretch: Exercise, visit: Visit, complaints: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(user, "walk", action="move", position="lying")
    page = begin(open_session(visit, user))
    set_done = CompletionQuerySet.set_done

    def failing(self: CompletionQuerySet, user: User, day: date, exercise: Exercise, *rest: Any) -> None:
        if exercise == stretch:
            raise RuntimeError("the disk is full")
        set_done(self, user, day, exercise, *rest)

    monkeypatch.setattr(CompletionQuerySet, "set_done", failing)
    after(page, 56 + 40)
    expect_over(page)
    expect(page.get_by_text("sent as soon as it can: Stretch")).to_be_visible()
    wait_until(lambda: kept(page) == ["/day/2026-11-18/stretch/1/"])
    assert [slug for _day, slug, _nth in completions(user)] == ["walk"]
    complaints.forgive("a status of 500")


def test_what_was_refused_stays_said_and_does_not_count_as_done(
    user: User, stretch: Exercise, visit: Visit, complaints: Complaints
) -> None:
    planned(user, "walk", action="move", position="lying")
    page = begin(open_session(visit, user))
    PlanItem.objects.for_user(user).of("stretch").delete()
    after(page, 56 + 40)
    expect_over(page)
    assert ticked(page, user) == [("walk", 1)]
    expect(page.get_by_text("It may not be on your plan any more: Stretch")).to_be_visible()
    expect(page.locator("[data-list=done] li")).to_have_text(["Walk"])
    complaints.forgive("a status of 404")


def test_ticks_that_wait_are_not_offered_again_after_signing_in(
    user: User, stretch: Exercise, visit: Visit, complaints: Complaints
) -> None:
    planned(user, "walk", action="move", position="lying")
    page = begin(open_session(visit, user))
    page.context.clear_cookies(name="sessionid")
    after(page, 56 + 40)
    expect_over(page)
    expect(page.get_by_text("until you sign in again: Stretch (done) · Walk (done)")).to_be_visible()
    page.get_by_role("link", name="Sign in").last.click()
    page.get_by_label("Email").fill("kim@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="That is all for today. Well done.")).to_be_visible()
    assert ticked(page, user) == [("stretch", 1), ("walk", 1)]
    complaints.forgive("a status of 403")


def test_who_signs_in_after_another_does_not_get_their_ticks(user: User, stretch: Exercise, visit: Visit) -> None:
    other = a_person("lou@example.org")
    on_plan(other, stretch, WEDNESDAY)
    page = begin(open_session(visit, user))
    page.context.clear_cookies(name="sessionid")
    tab = page.context.new_page()
    tab.goto("/accounts/login/")
    tab.get_by_label("Email").fill("lou@example.org")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url("**/today/")
    after(page, 56)
    expect_over(page)
    expect(page.get_by_text("until you sign in again: Stretch")).to_be_visible()
    assert completions(user) == completions(other) == []


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


def test_leaving_the_last_step_early_leaves_no_tone_behind(user: User, stretch: Exercise, visit: Visit) -> None:
    page = after(begin(open_session(visit, user)), 51)
    page.evaluate("heard.cut = 0")
    page.get_by_role("button", name="Skip", exact=True).click()
    expect_over(page)
    # Three to count and three for the end.
    assert page.evaluate("heard.cut") == 6


def test_one_cue_is_switched_without_the_others(user: User, stretch: Exercise, visit: Visit) -> None:
    page = after(begin(open_session(visit, user)), 6)
    page.evaluate("heard.tones = heard.cut = 0")
    page.get_by_label("Voice").uncheck()
    page.get_by_label("Voice").check()
    # The tones of the step are planned again, each time as many as were taken back.
    assert page.evaluate("[heard.tones, heard.cut]") == [8, 8]
    page.get_by_label("Tones").uncheck()
    assert page.evaluate("[heard.tones, heard.cut]") == [8, 12]
    page.get_by_label("Tones").check()
    assert page.evaluate("[heard.tones, heard.cut]") == [12, 12]


def test_a_page_in_the_background_has_the_tones_of_its_exercise_planned(
    user: User, stretch: Exercise, visit: Visit
) -> None:
    planned(user, "walk", action="move", position="lying")
    page = after(begin(open_session(visit, user)), 5)
    page.evaluate("heard.tones = 0; Object.defineProperty(document, 'hidden', { value: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    # Four holds and the switch of sides are counted by three, two pauses by two; six changes, and the rest.
    assert page.evaluate("heard.tones") == 4 * 3 + 3 + 2 * 2 + 6 + 1


def test_the_second_half_of_a_double_tap_hits_nothing_that_has_come_under_the_finger(
    user: User, stretch: Exercise, visit: Visit
) -> None:
    page = after(begin(open_session(visit, user)), 1)
    page.get_by_role("button", name="End").dblclick()
    expect_over(page)
    assert page.url.endswith("/session/")


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


def test_the_picture_is_described(user: User, visit: Visit) -> None:
    planning.start(user, Exercise.objects.offered(), WEDNESDAY)
    page = begin(open_session(visit, user))
    expect(page.get_by_role("img", name=drawn()["toe-walk"])).to_be_visible()


def test_the_screen_is_kept_on_while_it_runs_and_no_longer(user: User, stretch: Exercise, visit: Visit) -> None:
    page = begin(open_session(visit, user))
    locked = "heard.locked"
    wait_until(lambda: page.evaluate(locked) == 1)
    for name, expected in (("Pause", 0), ("Continue", 1), ("End", 0)):
        after(page, 1)
        page.get_by_role("button", name=name).click()
        wait_until(lambda: page.evaluate(locked) == expected)  # noqa: B023, asked at once


def test_the_keyboard_is_enough(user: User, stretch: Exercise, visit: Visit) -> None:
    page = open_session(visit, user, viewport=DESK)
    page.get_by_role("button", name="Start", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    after(page, 1)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Continue")).to_be_focused()
    after(page, 0.6)
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


def test_a_key_that_is_held_down_is_one_press(user: User, stretch: Exercise, visit: Visit) -> None:
    page = open_session(visit, user, viewport=DESK)
    page.get_by_role("button", name="Start", exact=True).focus()
    for _repetition in range(6):
        page.keyboard.down("Enter")
        after(page, 0.6)
    page.keyboard.up("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    for _repetition in range(6):
        page.keyboard.down("ArrowRight")
    page.keyboard.up("ArrowRight")
    expect_step(page, "Hold", 10)


def test_a_pause_and_the_end_are_announced_as_well(user: User, stretch: Exercise, visit: Visit) -> None:
    page = after(begin(open_session(visit, user)), 1)
    said = page.locator("[data-show=said]")
    expect(said).to_have_text("Get ready: Stretch. Left foot first.")
    page.get_by_role("button", name="Pause").click()
    expect(said).to_have_text("Paused")
    page.reload()
    expect(said).to_have_text("Paused")
    page.get_by_role("button", name="Continue").click()
    expect(said).to_have_text("Get ready: Stretch. Left foot first.")
    after(page, 1)
    page.get_by_role("button", name="End").click()
    expect(said).to_be_empty()


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
    planning.start(user, Exercise.objects.offered(), WEDNESDAY)
    page = visit(user, color_scheme=scheme)  # On the real clock, which axe needs as well.
    page.goto("/session/?part=once")
    found = violations(page)
    begin(page)
    page.wait_for_timeout(600)  # A tap right after the start would be the second half of a double one.
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
@pytest.mark.parametrize("notice", [False, True], ids=["plain", "notice"])
def test_the_player_fits_its_window_without_scrolling(
    notice: bool, size: tuple[int, int], user: User, visit: Visit
) -> None:
    planning.start(user, Exercise.objects.offered(), WEDNESDAY)
    page = open_session(visit, user, "?part=lying", viewport={"width": size[0], "height": size[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    after(begin(page), 6)
    if notice:
        parts = "[data-outbox], [data-outbox-kind=unreachable]"
        page.evaluate(f"for (const one of document.querySelectorAll('{parts}')) one.hidden = false")
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [*size]
    for key in page.locator("#player button:visible").all():
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

"""A plan that is edited, the plainest way there is: a calendar in which every edit writes over the days from today on.

There are no items and no spans. What is on the plan is written into every single day, up to a last day that no test
reaches; a pause is written into each of its days; a figure is worked out by leafing through. As in `tests.naive`,
nothing is shared with `tracking`. Each edit answers with the status that the site should answer with.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction

from tests.naive import GAP, Score, Week, kept, week_around

Often = tuple[str, int, int]
"""Per day or week, at least, at most."""

DONE, WRONG, NOT_FOUND = 302, 400, 404
KEPT_AT_MOST = 3


class NaivePause:
    """Why, and what goes on at its minimum. Which days it has stands in the calendar."""

    def __init__(self, reason: str, keeps: Iterable[str]) -> None:
        self.reason, self.keeps = reason, frozenset(keeps)


class NaivePlan:
    def __init__(self, first: date, last: date, usual: dict[str, Often], gentle: set[str]) -> None:
        self.days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self.usual = dict(usual)  # in the order of the routine
        self.gentle = gentle
        self.own: set[str] = set()
        self.retired: set[str] = set()
        self.plan: dict[str, dict[date, Often]] = {slug: {} for slug in usual}
        self.paused: dict[date, NaivePause] = {}
        self.ticks: dict[str, set[tuple[date, int]]] = {slug: set() for slug in usual}
        self.skips: set[tuple[str, date]] = set()
        self.week_start = 0
        self.grows_from: date | None = None

    # What is on the plan

    def write(self, slug: str, today: date, often: Often | None) -> None:
        for day in self.days:
            if day >= today:
                self.plan[slug].pop(day, None)
                if often:
                    self.plan[slug][day] = often

    def on_plan(self, day: date) -> list[str]:
        return [slug for slug in self.plan if day in self.plan[slug]]

    def latest(self, slug: str) -> Often | None:
        days = self.plan[slug]
        return days[max(days)] if days else None

    def may_take_up(self, slug: str) -> bool:
        return slug in self.own or slug not in self.retired

    def offered(self) -> list[str]:
        return [slug for slug in self.usual if slug not in self.own and slug not in self.retired]

    # The edits

    def start(self, way: str, today: date) -> int:
        chosen = [slug for slug in self.offered() if way == "full" or slug in self.gentle]
        self.take_up(chosen, today)
        self.grows_from = today if way == "gentle" else None
        return DONE

    def take_up(self, chosen: list[str], today: date) -> None:
        for slug in self.plan:
            if today not in self.plan[slug]:
                if self.days[-1] in self.plan[slug]:  # it was to begin on a later day, which was today further east
                    self.write(slug, today, self.latest(slug))
                elif slug in chosen:
                    self.write(slug, today, self.usual[slug])

    def prescribe(self, slug: str, today: date, often: Often | None) -> int:
        """None for a prescription that makes no sense."""
        if today not in self.plan[slug] and not self.may_take_up(slug):
            return NOT_FOUND
        if often is None:
            return WRONG
        self.write(slug, today, often)
        if slug in self.own:
            self.retired.discard(slug)
        return DONE

    def add(self, slug: str, today: date) -> int:
        if not self.may_take_up(slug):
            return NOT_FOUND
        self.write(slug, today, self.latest(slug) or self.usual[slug])
        self.retired.discard(slug)
        return DONE

    def remove(self, slug: str, today: date) -> int:
        if not self.plan[slug]:
            return NOT_FOUND
        self.write(slug, today, None)
        return DONE

    def make(self, slug: str, today: date, often: Often) -> int:
        self.own.add(slug)
        self.usual[slug], self.plan[slug], self.ticks[slug] = often, {}, set()
        self.write(slug, today, often)
        return DONE

    def retire(self, slug: str, today: date) -> int:
        self.write(slug, today, None)
        self.retired.add(slug)
        return DONE

    def grow(self, answer: str, slug: str, today: date) -> int:
        if answer == "add":
            if not self.may_take_up(slug):
                return NOT_FOUND
            self.take_up([slug], today)
        self.grows_from = None if answer == "never" else today
        return DONE

    def began(self, slug: str, today: date) -> date:
        """The first day since which an exercise of the plan has been on it without a break."""
        day = today
        while day - timedelta(days=1) in self.plan[slug]:
            day -= timedelta(days=1)
        return day

    def begin_earlier(self, chosen: list[str], since: date, today: date) -> int:
        if since > today or not chosen or any(today not in self.plan[slug] for slug in chosen):
            return WRONG
        added = []
        for slug in chosen:
            first = self.began(slug, today)
            for day in self.days:
                if since <= day < first:
                    if day in self.plan[slug]:
                        return WRONG
                    added.append((slug, day, self.plan[slug][first]))
        for slug, day, often in added:
            self.plan[slug][day] = often
        return DONE

    # Pauses

    def pauses(self) -> list[NaivePause]:
        return list(dict.fromkeys(self.paused[day] for day in sorted(self.paused)))

    def days_of(self, pause: NaivePause) -> list[date]:
        return sorted(day for day in self.paused if self.paused[day] is pause)

    def pause(
        self, first: date, last: date | None, reason: str, keeps: list[str], today: date, old: NaivePause | None = None
    ) -> int:
        if old and self.days_of(old)[-1] < today:
            return NOT_FOUND
        if first < today or (last and last < first) or len(keeps) > KEPT_AT_MOST:
            return WRONG
        if not set(keeps) <= set(self.on_plan(today)):
            return WRONG
        if reason != "flare-up":
            keeps = []
        days = [day for day in self.days if first <= day and (last is None or day <= last)]
        others = {day: pause for day, pause in self.paused.items() if pause is not old or day < today}
        new = NaivePause(reason, keeps)
        taken = {others[day] for day in days if day in others}
        if not taken:
            before = others.get(first - timedelta(days=1))
            if before and (before.reason, before.keeps) == (new.reason, new.keeps):
                new = before
            self.paused = {**others, **dict.fromkeys(days, new)}
            return DONE
        for other in taken:
            same = (other.reason, other.keeps) == (new.reason, new.keeps)
            its_days = sorted(day for day in others if others[day] is other)
            if same and its_days[-len(days) :] == days:
                self.paused = others
                return DONE
        return WRONG

    def resume(self, pause: NaivePause, today: date) -> int:
        if self.days_of(pause)[-1] < today:
            return DONE  # it has ended already
        self.paused = {day: one for day, one in self.paused.items() if one is not pause or day < today}
        return DONE

    # What is done

    def tick(self, slug: str, day: date, nth: int, done: bool, today: date) -> int:
        if not 1 <= nth <= 20 or day > today:
            return WRONG
        if day not in self.plan[slug]:
            return NOT_FOUND
        if done:
            self.ticks[slug].add((day, nth))
        else:
            self.ticks[slug].discard((day, nth))
        return DONE

    def skip(self, slug: str, day: date, reason: str, today: date) -> int:
        if day > today:
            return WRONG
        if day not in self.plan[slug]:
            return NOT_FOUND
        self.skips.discard((slug, day))
        if reason:
            self.skips.add((slug, day))
        return DONE

    # The figures of a day

    def done(self, slug: str, day: date) -> int:
        return len([tick for tick in self.ticks[slug] if tick[0] == day])

    def is_paused(self, slug: str, day: date) -> bool:
        return day in self.paused and slug not in self.paused[day].keeps

    def often(self, slug: str, day: date) -> Often:
        per, at_least, at_most = self.plan[slug][day]
        if day in self.paused and slug in self.paused[day].keeps:
            return per, at_least, at_least
        return per, at_least, at_most

    def week(self, day: date) -> Week:
        return week_around(day, self.week_start)

    def status(self, slug: str, day: date) -> str:
        per, at_least, at_most = self.often(slug, day)
        if per == "day":
            done = self.done(slug, day)
            if done >= at_most:
                return "complete"
            if self.is_paused(slug, day):
                return "paused"
            return "enough" if done >= at_least else "due"
        if self.done(slug, day):
            return "complete"
        return "paused" if self.is_paused(slug, day) else self.status_undone(slug, day)

    def status_undone(self, slug: str, day: date) -> str:
        """Of a day of an exercise with a weekly frequency, whatever was done on the day itself."""
        _per, at_least, at_most = self.often(slug, day)
        week = self.week(day)
        counted = [one for one in week if one < day and self.done(slug, one) and not self.is_paused(slug, one)]
        missing = at_least - len(counted)
        if len(counted) >= at_most:
            return "complete"
        if missing > 0 and len([one for one in week if one >= day]) <= missing:
            return "due"
        for days_ago in range(1, GAP[at_most]):
            if self.done(slug, day - timedelta(days=days_ago)):
                return "resting"
        return "due" if missing > 0 else "enough"

    def asked(self, slug: str, day: date, today: date) -> int:
        if day not in self.plan[slug] or self.is_paused(slug, day):
            return 0
        per, at_least, _at_most = self.often(slug, day)
        if per == "day":
            return at_least
        if day < today and not self.done(slug, day):
            # As it stood on the day: what came later in the week was to be as on the day itself, without a pause.
            stood = {}
            for one in self.week(day):
                if one >= day:
                    stood[one] = self.plan[slug][day]
                elif one in self.plan[slug] and not self.is_paused(slug, one):
                    stood[one] = self.plan[slug][one]
            credited, prescribed = self.score_of(slug, stood)
            if credited == prescribed > 0:
                return 0
        return 1 if self.status_undone(slug, day) == "due" else 0

    # The figures of a week

    def score(self, slug: str, week: Week) -> Score:
        asking = {}
        for day in week:
            if day in self.plan[slug] and not self.is_paused(slug, day):
                asking[day] = self.plan[slug][day]
        return self.score_of(slug, asking)

    def score_of(self, slug: str, asking: dict[date, Often]) -> Score:
        credited = prescribed = days_done = 0
        share = Fraction(0)
        for day, (per, at_least, _at_most) in asking.items():
            done = self.done(slug, day)
            if done:
                days_done += 1
            if per == "day":
                prescribed += at_least
                credited += min(done, at_least)
            else:
                share += Fraction(at_least, 7)
        weekly = int(share + Fraction(1, 2))
        return credited + min(days_done, weekly), prescribed + weekly

    def total(self, week: Week) -> Score:
        scores = [self.score(slug, week) for slug in self.plan]
        return sum(score[0] for score in scores), sum(score[1] for score in scores)

    def weeks(self, today: date) -> list[Week]:
        """From the first day of the plan to the running one, oldest first."""
        begun = [day for days in self.plan.values() for day in days if day <= self.week(today)[-1]]
        weeks = [self.week(min(begun, default=today))]
        while today not in weeks[-1]:
            weeks.append(self.week(weeks[-1][-1] + timedelta(days=1)))
        return weeks

    # What the pages show

    def day_page(self, day: date) -> dict[str, tuple[str, int]]:
        return {slug: (self.status(slug, day), self.done(slug, day)) for slug in self.on_plan(day)}

    def week_page(self, week: Week) -> dict[str, Score]:
        """What is on the plan or was done, and the whole week as that of no exercise."""
        shown = {"": self.total(week)}
        for slug in self.plan:
            known = any(day <= week[-1] for day in self.plan[slug])
            if known and any(day in self.plan[slug] or self.done(slug, day) for day in week):
                shown[slug] = self.score(slug, week)
        return shown

    def history_page(self, today: date) -> list[tuple[str, int, int, int, int]]:
        """Of this year, newest first: the first day, credited, prescribed, days paused so far, and skips."""
        lines = []
        for week in self.weeks(today):
            paused = [day for day in week if day <= today and day in self.paused]
            skipped = [day for _slug, day in self.skips if day in week]
            if week[0].year == self.week(today)[0].year:
                lines.append((week[0].isoformat(), *self.total(week), len(paused), len(skipped)))
        return lines[::-1]

    def offer(self, today: date) -> str | None:
        """The exercise that is offered today, to a person who has kept two weeks since the last one."""
        this_week = self.week(today)
        if self.grows_from is None or today in self.paused:
            return None
        for weeks_ago in (1, 2):
            week = [day - timedelta(weeks=weeks_ago) for day in this_week]
            if not kept(self.total(week)) or week[-1] < self.grows_from:
                return None
        known = [slug for slug in self.plan if any(day <= this_week[-1] for day in self.plan[slug])]
        return next((slug for slug in self.offered() if slug not in known), None)

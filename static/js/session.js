// The player of the guided session. It leads through the steps that the page carries as JSON (see `Guide.script`).
//
// Where it is follows from the clock alone: `since` is the moment at which the running step began, less what was spent
// before a pause. Nothing is counted down, so a slow, hidden or sleeping page is late in showing, never in time.

import * as cues from "./cues.js";
import { keep, ready, wishes } from "./outbox.js";

// Milliseconds
const ASLEEP = 90_000; // without a look at the clock; a browser lets even a hidden page look once a minute
const RESUME_WITHIN = 2 * 3_600_000;
const RESTART_AFTER = 2_000; // into a step, from which on “back” means its beginning
const SAME_TAP = 500; // a double tap is one tap
// Seconds
const VOICE_COUNTS_FROM = 8; // that a step must last, so that counting does not talk over its name
const PLANNED_AHEAD = 120; // for a page in the background, which gets to look once a minute

const start = document.querySelector("#start");
const player = document.querySelector("#player");
const finish = document.querySelector("#finish");
const how = document.querySelector("#how");
const spoken = document.querySelector("[data-show=said]");
const form = document.querySelector("#tick");
const picture = player.querySelector(".player-picture").appendChild(new Image());
const { person, day, dayEndsIn, chosen, doses } = JSON.parse(document.querySelector("#session-script").textContent);
const place = `backpain:session:${person}:${day}`;
const midnight = Date.now() + dayEndsIn * 1000;

let part = location.search; // which part of the day this session is
let keys = []; // its doses, in order
let before = 0; // how many came before them, in a session that was taken up again
let steps = [];
let at = 0; // the running step
let since = null; // when it began, in milliseconds; null while paused
let into = 0; // how much of it is over while paused, in milliseconds
let seen = 0; // when the page looked at the clock last
let spent = []; // milliseconds of work, by step
let done = {}; // the names of the doses done, by key
let timer;

// --- The clock

let latest = 0;
let setBack = 0;

// Milliseconds. A clock that is set back must not lengthen a step, nor run through the next ones afterwards.
const now = () => {
  const time = Date.now();
  setBack = Math.max(setBack, latest - time);
  latest = time + setBack;
  return latest;
};

// --- Where we are

const isWork = (step) => step.kind === "hold" || step.kind === "move";
const length = () => steps[at].seconds * 1000;
const elapsed = () => Math.min(since === null ? into : now() - since, length());
const hasEnded = () => at === steps.length;
const nameOf = (key) => [doses[key].name, doses[key].nth].filter(Boolean).join(", ");

const lay = (order) => {
  keys = order;
  steps = order.flatMap((key, n) => {
    const { rest, steps: own } = doses[key];
    return [...(n ? rest : []), ...own].map((step) => ({ ...step, key }));
  });
  spent = steps.map(() => 0);
  at = into = 0;
};

// Whether a side of a dose has reached the low end of its range.
const sideCounts = (key, side) => {
  const { seconds, repetitions } = doses[key].least;
  const counted = steps.filter(
    (step, n) => step.key === key && step.side === side && isWork(step) && spent[n] >= seconds * 1000,
  );
  return counted.length >= repetitions;
};

const counts = (key) => doses[key].steps.filter(isWork).every((step) => sideCounts(key, step.side));

// What one may do instead of going on, and where it leads: to the other side, or to the next exercise.
const onward = () => {
  const { key, side } = steps[at];
  const otherSide = steps.findIndex((step, n) => n > at && step.key === key && step.side !== side);
  if (otherSide > 0 && sideCounts(key, side)) return { kind: "side", index: otherSide };
  const next = steps.findIndex((step, n) => n > at && step.key !== key);
  return { kind: counts(key) ? "enough" : "skip", index: next < 0 ? steps.length : next };
};

// The step before; from the first one of a dose, the beginning of the dose before.
const previous = () => {
  const { key } = steps[Math.max(at - 1, 0)];
  if (key === steps[at].key) return Math.max(at - 1, 0);
  return steps.findIndex((step) => step.key === key && step.kind === "ready");
};

// --- Getting on

// Remembers how much of the running step was worked.
const note = () => {
  if (isWork(steps[at])) spent[at] = Math.max(spent[at], elapsed());
};

const named = (key) => form.dataset.namedYes.replace("%s", () => nameOf(key));

const tick = (key) => {
  const fields = { ...Object.fromEntries(new FormData(form)), done: "yes" };
  delete fields.csrfmiddlewaretoken; // it may have grown old by the time
  keep({ address: doses[key].address, name: named(key), fields });
};

// Whether a dose is done, and the site was not told yet when it made this page.
const isLate = (key) =>
  wishes().some(({ address, fields }) => fields.done === "yes" && address === doses[key].address);

// Ticks a dose that has reached the low end of its range.
const settle = (key) => {
  if (key in done || !counts(key)) return;
  done[key] = nameOf(key);
  tick(key);
};

// Leaves the running step for another, which began at `began`.
const goTo = (index, began) => {
  const { key } = steps[at];
  note();
  at = index;
  into = 0;
  if (since !== null) since = began;
  if (hasEnded() || steps[at].key !== key) settle(key);
};

const look = () => {
  clearTimeout(timer);
  if (since === null) return;
  const time = now();
  const asleep = time - seen > ASLEEP;
  seen = time;
  const last = at;
  while (!hasEnded() && since !== null && time - since >= length()) {
    const { key } = steps[at];
    goTo(at + 1, since + length());
    // Nobody was there for what would have come next; who only put the phone away may finish the exercise.
    if (!hasEnded() && (asleep || (document.hidden && steps[at].key !== key))) {
      halt(0);
      show("away");
    }
  }
  if (hasEnded()) close();
  else if (at !== last) arrive(true);
  else draw();
};

const jump = (index) => {
  goTo(index, now());
  if (!hasEnded()) return arrive(false);
  cues.hush();
  close();
};

const stop = (position) => {
  into = position;
  since = null;
  cues.keepScreenOn(false);
};

const halt = (position = elapsed()) => {
  stop(position);
  cues.hush();
  save();
};

const run = () => {
  // After a night's pause this is the page of another day.
  if (seen && now() - seen > RESUME_WITHIN) return location.reload();
  seen = now();
  since = seen - into;
  cues.wake();
  cues.keepScreenOn(true);
  show(null);
  showHow(false);
  arrive(false);
};

const begin = (order) => {
  if (Date.now() >= midnight) return location.reload();
  part = location.search;
  lay(order.filter((key) => !(key in done)));
  if (!keys.length) return close();
  for (const key of keys) if (doses[key].picture) new Image().src = doses[key].picture;
  open();
  run();
};

const actions = {
  start: () => {
    for (const key of chosen.filter(isLate)) done[key] = nameOf(key);
    begin(chosen);
  },
  toggle: () => {
    if (since === null) return run();
    halt();
    put("said", spoken.dataset.paused);
    draw();
  },
  how: () => {
    if (since !== null) actions.toggle();
    showHow(how.hidden);
  },
  elsewhere: () => {
    forget();
    location.assign(location.pathname);
  },
  back: () => jump(elapsed() <= RESTART_AFTER ? previous() : at),
  skip: () => jump(at + 1),
  onward: () => {
    note();
    jump(onward().index);
  },
  end: () => {
    note();
    settle(steps[at].key);
    cues.hush();
    close();
  },
  // From where it was ended, if that dose is not done; otherwise through what was passed over.
  again: () => {
    before = 0;
    if (hasEnded() || steps[at].key in done) return begin(keys);
    open();
    run();
  },
};

// --- Keeping the place, so that a reload or a step back in the browser loses nothing

// By this one knows whether a dose is still laid out as it was.
const shape = (key) => doses[key].steps.map((step) => step.kind + step.seconds).join();

const save = () => {
  if (player.hidden || hasEnded()) return;
  const { key } = steps[at];
  const first = steps.findIndex((step) => step.key === key && step.kind !== "rest");
  const resting = at < first; // A rest is not taken up again.
  const state = {
    part,
    keys: keys.slice(keys.indexOf(key)),
    before: before + keys.indexOf(key),
    shape: shape(key),
    at: resting ? 0 : at - first,
    into: resting ? 0 : elapsed(),
    spent: spent.slice(first, first + doses[key].steps.length),
    done,
    saved: Date.now(),
  };
  try {
    localStorage.setItem(place, JSON.stringify(state));
  } catch {
    // A browser that keeps nothing begins anew after a reload; what was done is ticked all the same.
  }
};

const forget = () => {
  try {
    const ours = Object.keys(localStorage).filter((name) => name.startsWith(`backpain:session:${person}:`));
    ours.forEach((name) => localStorage.removeItem(name));
  } catch {
    // Nothing was kept.
  }
};

const saved = () => {
  try {
    return JSON.parse(localStorage.getItem(place));
  } catch {
    return null;
  }
};

const resume = () => {
  const state = saved();
  if (!state) return;
  const left = state.keys.filter((key) => doses[key] && !isLate(key));
  if (!left.length) return;
  // Who asks for another part gets that, and is told.
  if (location.search && location.search !== state.part) {
    start.querySelector("[data-interrupted]").hidden = false;
    return;
  }
  lay(left);
  if (left[0] === state.keys[0] && shape(left[0]) === state.shape) {
    ({ at, into } = state);
    spent.splice(0, state.spent.length, ...state.spent);
  }
  if (Date.now() - state.saved > RESUME_WITHIN) {
    // Too long ago to go on, but the low end of a range is done.
    settle(left[0]);
    forget();
    return;
  }
  ({ before, part } = state);
  seen = now();
  // What was taken back elsewhere is open again.
  done = Object.fromEntries(Object.entries(state.done).filter(([key]) => !doses[key] || isLate(key)));
  open();
  show("resumed");
  arrive(false);
};

// --- Showing

const put = (name, words) => {
  const one = document.querySelector(`[data-show=${name}]`);
  if (one.textContent !== words) one.textContent = words;
};

const fill = (list, lines) => {
  list.replaceChildren(...lines.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
};

// Of the elements with an attribute, shows those with one value of it.
const only = (attribute, value, within = player) => {
  for (const one of within.querySelectorAll(`[${attribute}]`)) one.hidden = one.getAttribute(attribute) !== value;
};

const show = (notice) => only("data-notice", notice);

const open = () => {
  start.hidden = finish.hidden = true;
  player.hidden = false;
  player.querySelector(".player-cues").append(document.querySelector("#cues"));
  player.querySelector("[data-do=toggle]").focus();
};

const clockWords = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

const showHow = (shown) => {
  how.hidden = !shown;
  player.querySelector("[data-do=how]").setAttribute("aria-expanded", String(shown));
};

// The moving picture of a dose; its position where there is none.
const showPicture = (dose) => {
  picture.alt = dose.pictured;
  picture.hidden = !dose.picture;
  if (dose.picture && picture.getAttribute("src") !== dose.picture) picture.src = dose.picture;
  only("data-position", dose.picture ? "" : dose.position);
};

// Tones for the change that comes next; in the background, where nobody may look at the right moment, for all up to the
// end of the exercise, or as far ahead as it makes sense.
const plan = () => {
  const changes = [];
  let seconds = -elapsed() / 1000;
  for (let n = at; n < steps.length; n += 1) {
    seconds += steps[n].seconds;
    changes.push([seconds, steps[n + 1]?.kind]);
    const isLast = steps[n + 1]?.key !== steps[at].key || seconds > PLANNED_AHEAD;
    if (isLast || !document.hidden) break;
  }
  cues.plan(changes);
};

// A step begins: all that changes with it, once. `inTime` means that its tone was planned and sounds already.
const arrive = (inTime) => {
  const step = steps[at];
  const next = steps[at + 1];
  const dose = doses[step.key];
  player.dataset.kind = step.kind;
  showPicture(dose);
  if (how.dataset.of !== step.key) {
    how.dataset.of = step.key;
    showHow(false);
    fill(how.querySelector("ol"), dose.how);
    fill(how.querySelector("ul"), dose.avoid);
  }
  put("name", dose.name);
  put("nth", dose.nth);
  put("title", step.title);
  put("detail", step.detail);
  put("place", `${before + keys.indexOf(step.key) + 1} / ${before + keys.length}`);
  put("said", since === null ? spoken.dataset.paused : step.say);
  player.querySelector(".player-next").classList.toggle("invisible", !next || step.kind === "rest");
  if (next) put("next", next.key === step.key ? next.title : doses[next.key].name);
  if (since !== null) {
    if (!inTime) cues.sound(step.kind);
    plan();
    cues.speak(step.say);
    cues.buzz(isWork(step) ? [180] : [80, 60, 80]);
  }
  save();
  draw();
};

let counted = null;

// The seconds and the ring. Comes back at the next full second.
const draw = () => {
  clearTimeout(timer);
  note();
  const running = since !== null;
  const left = length() - elapsed();
  const toNextSecond = left % 1000 || 1000;
  const seconds = Math.ceil(left / 1000);
  put("seconds", seconds < 60 ? String(seconds) : clockWords(seconds));
  player.querySelector(".dial").classList.toggle("dial-long", seconds >= 60);
  put("left", clockWords(steps.slice(at + 1).reduce((sum, step) => sum + step.seconds, seconds)));
  // Drawn as it will be when the next second is over; the stylesheet moves it there in that time.
  const ahead = running ? left - toNextSecond : left;
  player.querySelector(".dial-left").setAttribute("stroke-dasharray", `${(100 * ahead) / length()} 100`);
  player.dataset.running = running;
  only("data-toggle", running ? "pause" : "run");
  only("data-onward", onward().kind);
  if (!running) return;
  const count = `${at}:${seconds}`;
  if (seconds <= 3 && count !== counted && steps[at].seconds >= VOICE_COUNTS_FROM) cues.speak(String(seconds));
  counted = count;
  timer = setTimeout(look, toNextSecond);
};

const list = (name, lines) => {
  const box = finish.querySelector(`[data-list=${name}]`);
  box.hidden = !lines.length;
  box.querySelector("[data-number]").textContent = lines.length;
  fill(box.querySelector("ul"), lines);
};

// What will run, and nothing else.
const showList = () => {
  for (const one of start.querySelectorAll("[data-dose]")) one.hidden = isLate(one.dataset.dose);
  for (const group of start.querySelectorAll("ol")) {
    group.hidden = group.previousElementSibling.hidden = !group.querySelector("[data-dose]:not([hidden])");
  }
  const some = Boolean(start.querySelector("[data-dose][hidden]"));
  start.querySelector(".progress-words").hidden = some;
  start.querySelector("[data-left-out]").hidden = !some;
};

// What was done, and what is left of what the day asks for.
const sum = () => {
  const due = Object.keys(doses).filter((key) => !doses[key].bonus && !(key in done));
  list("done", Object.values(done));
  list("left", due.map(nameOf));
  only("data-finish", due.length ? (Object.keys(done).length ? "some" : "none") : "all", finish);
  finish.querySelector("[data-do=again]").hidden = keys.every((key) => key in done);
};

const close = () => {
  stop(hasEnded() ? 0 : elapsed());
  forget();
  put("said", "");
  sum();
  start.hidden = player.hidden = true;
  finish.hidden = false;
  const title = finish.querySelector("h1");
  title.focus();
  cues.speak(title.innerText);
};

// --- Listening

let tap = { button: null, at: -SAME_TAP, turned: false };

// The second half of a double tap does nothing: neither the same once more, nor whatever has come under the finger since.
document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("[data-do]");
    if (event.timeStamp - tap.at < SAME_TAP && (tap.turned || (button && button === tap.button))) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (!button) return;
    const was = player.hidden;
    actions[button.dataset.do]();
    tap = { button, at: event.timeStamp, turned: player.hidden !== was };
  },
  true,
);

const KEYS = { " ": "toggle", ArrowLeft: "back", ArrowRight: "skip", Escape: "end" };

document.addEventListener("keydown", (event) => {
  const action = KEYS[event.key];
  if (player.hidden || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  // A key that is held down is one press.
  if (event.repeat && (action || event.key === "Enter")) return event.preventDefault();
  // A button or a box under the focus answers to the space bar itself.
  if (!action || (event.key === " " && event.target.closest("button, input, a"))) return;
  event.preventDefault();
  if (event.key === "Escape" && !how.hidden) showHow(false);
  else actions[action]();
});

// One that is marked by hand. It leaves the list at once; once it has arrived, the page is loaded anew.
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const key = event.submitter.closest("[data-dose]").dataset.dose;
  tick(key);
  showList();
  put("said", named(key));
});

// A broken image helps nobody.
picture.addEventListener("error", () => {
  picture.hidden = true;
});

document.addEventListener("visibilitychange", () => {
  if (since === null) return;
  look();
  if (since === null) return;
  save();
  plan();
  if (document.hidden) return;
  cues.wake();
  cues.keepScreenOn(true);
});

// Away from the page is away from the session.
addEventListener("pagehide", () => {
  if (since === null) return;
  look();
  if (since === null) return;
  halt();
  draw();
});

document.addEventListener("backpain:sent", ({ detail }) => {
  for (const key of Object.keys(done)) if (detail.refused.includes(doses[key]?.address)) delete done[key];
  // The list that is shown was made before these ticks arrived.
  if (!start.hidden && detail.arrived) return location.reload();
  showList();
  if (!finish.hidden) sum();
  const fresh = new DOMParser().parseFromString(detail.page ?? "", "text/html").querySelector("#week-so-far");
  if (fresh) document.querySelector("#week-so-far").replaceWith(fresh);
});

for (const box of document.querySelectorAll("#cues input")) {
  box.checked = cues.isOn(box.name);
  box.addEventListener("change", () => {
    cues.turn(box.name, box.checked);
    if (since !== null) plan();
  });
}
const askVoice = () => {
  document.querySelector("#cues [name=voice]").closest("label").hidden = !cues.canSpeak();
};
askVoice();
window.speechSynthesis?.addEventListener?.("voiceschanged", askVoice);
document.querySelector("#cues [name=buzz]").closest("label").hidden = !cues.canBuzz();

await ready;
showList();
for (const one of document.querySelectorAll("[data-with-script]")) one.hidden = false;
try {
  resume();
} catch {
  // Whatever was kept, it is not what this page would keep.
  forget();
  location.reload();
}

// The player of the guided session. It leads through the steps that the page carries as JSON (see `Guide.script`).
//
// Where it is follows from the clock alone: `since` is the moment at which the running step began, less what was spent
// before a pause. Nothing is counted down, so a slow, hidden or sleeping page is late in showing, never in time.

import * as cues from "./cues.js";
import { keep, waiting } from "./outbox.js";

const ASLEEP = 90_000; // milliseconds without a look at the clock; a browser lets even a hidden page look once a minute
const RESUME_WITHIN = 2 * 3_600_000; // milliseconds
const RESTART_AFTER = 2_000; // milliseconds into a step from which on “back” means its beginning
const VOICE_COUNTS_FROM = 8; // seconds a step must last, so that counting does not talk over its name

const start = document.querySelector("#start");
const player = document.querySelector("#player");
const finish = document.querySelector("#finish");
const picture = player.querySelector("img");
const { person, day, chosen, doses } = JSON.parse(document.querySelector("#session-script").textContent);
const place = `backpain:session:${person}:${day}`;

let keys = []; // the doses of this session, in order
let before = 0; // how many came before them, in a session that was taken up again
let steps = [];
let at = 0; // the running step
let since = null; // when it began, in milliseconds; null while paused
let into = 0; // how much of it is over while paused, in milliseconds
let seen = 0; // when the clock was looked at last
let spent = []; // milliseconds of work, by step
let done = {}; // the names of the doses done, by key
let timer;

// --- Where we are

const isWork = (step) => step.kind === "hold" || step.kind === "move";
const length = () => steps[at].seconds * 1000;
const elapsed = () => Math.min(since === null ? into : Date.now() - since, length());
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

// --- Getting on

// Remembers how much of the running step was worked.
const note = () => {
  if (isWork(steps[at])) spent[at] = Math.max(spent[at], elapsed());
};

// Ticks a dose that has reached the low end of its range.
const settle = (key) => {
  if (key in done || !counts(key)) return;
  done[key] = nameOf(key);
  keep(doses[key].address, nameOf(key));
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
  const now = Date.now();
  // A clock that is set back must not lengthen a step.
  if (now < seen) since -= seen - now;
  const asleep = now - seen > ASLEEP;
  seen = now;
  const before = at;
  while (!hasEnded() && since !== null && now - since >= length()) {
    goTo(at + 1, since + length());
    // What would have come next, nobody was there for.
    if (asleep && !hasEnded()) {
      halt(0);
      show("asleep");
    }
  }
  if (hasEnded()) close();
  else if (at !== before) arrive(true);
  else draw();
};

const jump = (index) => {
  goTo(index, Date.now());
  if (hasEnded()) close();
  else arrive(false);
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
  seen = Date.now();
  since = seen - into;
  cues.wake();
  cues.keepScreenOn(true);
  show(null);
  arrive(false);
};

const actions = {
  start: () => {
    lay(chosen);
    open();
    run();
  },
  toggle: () => {
    if (since === null) return run();
    halt();
    draw();
  },
  back: () => jump(at > 0 && elapsed() <= RESTART_AFTER ? at - 1 : at),
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
  again: () => {
    before = 0;
    lay(keys.filter((key) => !(key in done)));
    open();
    run();
  },
};

// --- Keeping the place, so that a reload or a step back in the browser loses nothing

const save = () => {
  if (hasEnded()) return;
  const { key } = steps[at];
  const first = steps.findIndex((step) => step.key === key && step.kind !== "rest");
  const resting = at < first; // A rest is not taken up again.
  const state = {
    keys: keys.slice(keys.indexOf(key)),
    before: before + keys.indexOf(key),
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
  if (!state || Date.now() - state.saved > RESUME_WITHIN) return;
  const late = waiting();
  const left = state.keys.filter((key) => doses[key] && !late.includes(doses[key].address));
  if (!left.length) return;
  lay(left);
  ({ done, before } = state);
  if (left[0] === state.keys[0]) {
    ({ at, into } = state);
    spent.splice(0, state.spent.length, ...state.spent);
  }
  open();
  show("resumed");
  arrive(false);
};

// --- Showing

const put = (name, words) => {
  const one = document.querySelector(`[data-show=${name}]`);
  if (one.textContent !== words) one.textContent = words;
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

// A step begins: all that changes with it, once. `inTime` means that its tone was planned and sounds already.
const arrive = (inTime) => {
  const step = steps[at];
  const next = steps[at + 1];
  const dose = doses[step.key];
  player.dataset.kind = step.kind;
  picture.hidden = !dose.picture;
  if (picture.getAttribute("src") !== dose.picture) picture.src = dose.picture;
  put("name", dose.name);
  put("nth", dose.nth);
  put("title", step.title);
  put("detail", step.detail);
  put("place", `${before + keys.indexOf(step.key) + 1} / ${before + keys.length}`);
  put("said", step.say);
  player.querySelector(".player-next").hidden = !next || step.kind === "rest";
  if (next) put("next", next.key === step.key ? next.title : doses[next.key].name);
  if (since !== null) {
    if (!inTime) cues.sound(step.kind);
    cues.plan((length() - elapsed()) / 1000, next?.kind);
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
  put("seconds", String(seconds));
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

const list = (name, names) => {
  const box = finish.querySelector(`[data-list=${name}]`);
  const items = document.createElement("ul");
  items.append(...names.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
  box.hidden = !names.length;
  box.querySelector("ul")?.remove();
  box.append(items);
};

const close = () => {
  stop(0);
  forget();
  const due = Object.keys(doses).filter((key) => !doses[key].bonus && !(key in done));
  list("done", Object.values(done));
  list("left", due.map(nameOf));
  only("data-finish", due.length ? (Object.keys(done).length ? "some" : "none") : "all", finish);
  finish.querySelector("[data-do=again]").hidden = keys.every((key) => key in done);
  player.hidden = true;
  finish.hidden = false;
  const title = finish.querySelector("h1");
  title.focus();
  cues.speak(title.innerText);
};

// --- Listening

const REPEATED = ["skip", "back"]; // What may be tapped in quick succession; elsewhere a double tap is one tap.

document.addEventListener("click", (event) => {
  const action = event.target.closest("[data-do]")?.dataset.do;
  if (action && (event.detail < 2 || REPEATED.includes(action))) actions[action]();
});

const KEYS = { " ": "toggle", ArrowLeft: "back", ArrowRight: "skip", Escape: "end" };

document.addEventListener("keydown", (event) => {
  const action = KEYS[event.key];
  const taken = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat;
  if (!action || taken || player.hidden) return;
  // A button or a box under the focus answers to the space bar itself.
  if (event.key === " " && event.target.closest("button, input, a")) return;
  event.preventDefault();
  actions[action]();
});

document.addEventListener("visibilitychange", () => {
  if (since === null) return;
  look();
  if (since !== null) cues.keepScreenOn(true);
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
  const fresh = new DOMParser().parseFromString(detail.page, "text/html").querySelector("#week-so-far");
  if (fresh) document.querySelector("#week-so-far").replaceWith(fresh);
});

for (const box of document.querySelectorAll("#cues input")) {
  box.checked = cues.isOn(box.name);
  box.addEventListener("change", () => cues.turn(box.name, box.checked));
}
const askVoice = () => {
  document.querySelector("#cues [name=voice]").closest("label").hidden = !cues.canSpeak();
};
askVoice();
window.speechSynthesis?.addEventListener?.("voiceschanged", askVoice);
document.querySelector("#cues [name=buzz]").closest("label").hidden = !cues.canBuzz();

for (const one of document.querySelectorAll("[data-with-script]")) one.hidden = false;
resume();

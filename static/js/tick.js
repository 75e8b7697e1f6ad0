// One tap sets one slot, without loading the page anew. It shows at once, marked as on its way. Taps are sent one after
// the other, so that an answer never overtakes a later one; each answer brings the card and the head as they are by then.
// Where the site cannot be reached, is not ready, or wants another token than the page has, the wish is kept (outbox.js),
// and the button shows it as waiting.

import { keep, ready, waitsFor, wishes } from "./outbox.js";

const SAME_TAP = 500; // milliseconds: a double tap is one tap, not a tick and its undoing

// By the value of a button: its icon while that is on its way, and its icon before.
const SENDING = { yes: "checking", no: "unchecking" };
const BEFORE = { yes: "ring", no: "check" };
const WAITING = { yes: "waiting", no: "unchecking" };

const form = document.querySelector("#tick");
let line = Promise.resolve();
let last = { id: null, at: -SAME_TAP };
const sending = []; // the taps in that line

const draw = (button, icon) => {
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
};

// Below the name of a slot; instead of what a button without a name does.
const say = (button, words) => {
  const label = button.querySelector("span");
  const below = label.querySelector("small") ?? document.createElement("small");
  if (button.closest(".slots-one")) label.textContent = words;
  else label.append(below);
  below.textContent = words;
};

// What waits, which the next tap would take back.
const showWaiting = () => {
  for (const { address, fields } of wishes()) {
    const button = document.querySelector(`[formaction="${address}"]`);
    if (!button || button.dataset.waiting === fields.done) continue;
    button.dataset.waiting = fields.done;
    button.value = fields.done === "yes" ? "no" : "yes";
    say(button, form.dataset[fields.done]);
    draw(button, WAITING[fields.done]);
  }
};

// “Foot stretch, Noon (done)”
const nameOf = (button, value) => {
  const slot = button.closest(".slots-one") ? "" : button.querySelector("span").firstChild.textContent.trim();
  const name = [button.closest("[role=group]").ariaLabel, slot].filter(Boolean).join(", ");
  return form.dataset[value === "yes" ? "namedYes" : "namedNo"].replace("%s", () => name);
};

const wait = ({ id, address, value }) => {
  const name = nameOf(document.getElementById(id), value);
  keep({ address, name, fields: { done: value } });
};

const mark = ({ id, value }) => {
  const button = document.getElementById(id);
  if (!button) return;
  button.dataset.sending = value;
  button.ariaBusy = "true";
  draw(button, SENDING[value]);
};

// An answer has brought a new button. Without one, the old button is what it was before the tap.
const settle = () => {
  const button = document.getElementById(sending.shift().id);
  if (button?.dataset.sending) {
    delete button.dataset.sending;
    button.ariaBusy = null;
    draw(button, BEFORE[button.value]);
  }
  sending.forEach(mark);
  showWaiting();
};

// Not with the form as its source: htmx would send it to where the last button that was tapped leads, whichever is meant.
const post = ({ address, value, card }) =>
  window.htmx.ajax("POST", address, {
    target: card,
    // Settling by and by is for animations; here it would show the card as it was for a moment longer.
    swap: "outerHTML settle:0ms",
    values: { ...Object.fromEntries(new FormData(form)), done: value },
  });

let failed = false;

// A wish that waits already, from whichever tab, is replaced and not overtaken.
const send = async (tap) => {
  if (await waitsFor(tap.address)) return wait(tap);
  failed = false;
  await post(tap).catch(() => {});
  if (failed) wait(tap);
};

if (form && window.htmx) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    const again = button.id === last.id && event.timeStamp - last.at < SAME_TAP;
    last = { id: button.id, at: event.timeStamp };
    if (again) return;
    const card = `#${button.closest("li").id}`;
    const tap = { id: button.id, value: button.value, address: button.getAttribute("formaction"), card };
    sending.push(tap);
    mark(tap);
    line = line.then(() => send(tap)).then(settle, settle);
  });
  for (const trouble of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(trouble, () => {
      failed = true;
    });
  }
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (self.backpainQueue.troubleWith(detail.xhr) !== "refused") failed = true;
  });
  ready.then(showWaiting);
}

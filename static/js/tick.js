// One tap sets one slot, without loading the page anew. It shows at once, marked as on its way. Taps are sent one after
// the other, so that an answer never overtakes a later one; each answer brings the card and the head as they are by then.

const SAME_TAP = 500; // milliseconds: a double tap is one tap, not a tick and its undoing

// By the value of a button: its icon while that is on its way, and its icon before.
const SENDING = { yes: "checking", no: "unchecking" };
const BEFORE = { yes: "ring", no: "check" };

const form = document.querySelector("#tick");
let line = Promise.resolve();
let last = { id: null, at: -SAME_TAP };
const sending = []; // the taps in that line

const draw = (button, icon) => {
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
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
};

if (form && window.htmx) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    const again = button.id === last.id && event.timeStamp - last.at < SAME_TAP;
    last = { id: button.id, at: event.timeStamp };
    if (again) return;
    const tap = {
      source: form,
      target: `#${button.closest("li").id}`,
      // Settling by and by is for animations; here it would show the card as it was for a moment longer.
      swap: "outerHTML settle:0ms",
      values: { done: button.value },
    };
    const address = button.formAction;
    sending.push({ id: button.id, value: button.value });
    mark(sending.at(-1));
    line = line.then(() => window.htmx.ajax("POST", address, tap)).then(settle, settle);
  });
}

// One tap sets one slot, without loading the page anew. Taps are sent one after the other, so that an answer never
// overtakes a later one; each answer brings the card and the head as they are by then.

const SAME_TAP = 500; // milliseconds: a double tap is one tap, not a tick and its undoing

const form = document.querySelector("#tick");
let line = Promise.resolve();
let last = { id: null, at: -SAME_TAP };

if (form && window.htmx) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    const again = button.id === last.id && event.timeStamp - last.at < SAME_TAP;
    last = { id: button.id, at: event.timeStamp };
    if (again) return;
    button.classList.add("slot-busy");
    const tap = {
      source: form,
      target: `#${button.closest("li").id}`,
      swap: "outerHTML",
      values: { done: button.value },
    };
    const address = button.formAction;
    const settle = () => document.getElementById(button.id)?.classList.remove("slot-busy");
    line = line.then(() => window.htmx.ajax("POST", address, tap)).then(settle, settle);
  });
}

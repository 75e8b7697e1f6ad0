// A check-in that the site cannot take just now is kept until it can, for the day on which it was made.

import { keep, open } from "./outbox.js";

const queue = self.backpainQueue;
const PATIENCE = 5_000; // milliseconds

const { person } = document.documentElement.dataset;
const form = document.querySelector("form.check-in");

// Without https there is no other key than that of the form.
const anotherKey = (field) => crypto.randomUUID?.() ?? field.value;

const today = (zone) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(new Date()); // as 2026-11-18

const said = () => {
  const { csrfmiddlewaretoken: _token, ...fields } = Object.fromEntries(new FormData(form));
  const name = `${form.dataset.name} ${fields.score}`;
  return { address: form.getAttribute("action"), name, fields: { ...fields, on: today(form.elements.key.dataset.zone) } };
};

const keepIt = (entry) => {
  const { key } = form.elements;
  keep(entry);
  form.reset();
  // The next one is another, also on a page that is shown a second time.
  key.value = anotherKey(key);
  const hint = document.querySelector("[data-outbox-hint]");
  hint.hidden = false;
  hint.closest("[data-outbox]").scrollIntoView({ block: "center" });
};

if (form) {
  // A page that was kept has the key of the first time.
  if (document.querySelector("[data-kept]")) form.elements.key.value = anotherKey(form.elements.key);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy) return;
    form.ariaBusy = "true";
    const entry = said();
    const { trouble, token } = await queue.post(person, entry, PATIENCE);
    form.ariaBusy = null;
    if (!trouble) return open(form.dataset.then);
    // Whatever else is wrong, the site says it best. Who has signed in again has another token.
    if (trouble !== "refused") return keepIt(entry);
    form.elements.csrfmiddlewaretoken.value = token;
    form.submit();
  });
}

// A check-in that is made without a network is kept until the site has it, for the day on which it was made.

import { keep } from "./outbox.js";

const PATIENCE = 5_000; // milliseconds

const { person } = document.documentElement.dataset;
const form = document.querySelector("form.check-in");

// Without https there is no other key than that of the form.
const anotherKey = (field) => crypto.randomUUID?.() ?? field.value;

const today = (zone) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(new Date()); // as 2026-11-18

const keepIt = () => {
  const { csrfmiddlewaretoken: _old, ...said } = Object.fromEntries(new FormData(form));
  const { key } = form.elements;
  const name = `${form.dataset.name} ${said.score}`;
  keep({ address: form.getAttribute("action"), name, fields: { ...said, on: today(key.dataset.zone) } });
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
    const reached = await self.backpainQueue.me(PATIENCE);
    form.ariaBusy = null;
    // Signed out meanwhile, or somebody else is there: the site would not take it, and what was written would be gone.
    if (reached?.person !== person) return keepIt();
    // Who has signed in again has another token.
    form.elements.csrfmiddlewaretoken.value = reached.token;
    form.submit();
  });
}

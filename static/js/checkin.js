// A check-in that the site cannot take just now is kept until it can, for the day on which it was made.

import { keep, open } from "./outbox.js";

const queue = self.backpainQueue;
const DIRECTLY = { patience: 5_000, redirect: "manual" };

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

// What goes by the number alone, in the words of the site, in the place of what was said of an earlier one. An alarm stays.
const answer = (score) => {
  const all = [...document.querySelectorAll("template[data-scores]")];
  const answers = all.find(({ dataset }) => dataset.scores.split(" ").includes(score)).content.cloneNode(true);
  for (const one of answers.querySelectorAll("[data-score]")) if (one.dataset.score !== score) one.remove();
  const place = document.querySelector("[data-kept-answer]");
  const isAlarm = answers.querySelector(".care-trouble");
  for (const one of place.querySelectorAll(isAlarm ? "section" : "section:not(.care-trouble)")) one.remove();
  place.prepend(answers);
  document.querySelector("[data-passing]")?.remove();
  place.scrollIntoView();
};

// What is changed while it is sent would be lost.
const lock = (isSent) => {
  form.inert = isSent;
  document.querySelector("[data-being-sent]").hidden = !isSent;
};

const keepIt = (entry) => {
  const { key } = form.elements;
  // Once it has arrived, all that the site says of it.
  keep(entry, form.dataset.then);
  answer(entry.fields.score);
  form.reset();
  delete form.dataset.begun;
  // The next one is another, also on a page that is shown a second time.
  key.value = anotherKey(key);
};

if (form) {
  // A page that was kept has the key of the first time.
  if (document.querySelector("[data-kept]")) form.elements.key.value = anotherKey(form.elements.key);
  // Also where a browser brings the page back as it was left.
  addEventListener("pageshow", (event) => event.persisted && lock(false));
  form.addEventListener("input", () => {
    form.dataset.begun = "";
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.inert) return;
    const entry = said();
    lock(true);
    const { trouble, token } = await queue.post(person, entry, DIRECTLY);
    if (!trouble) return open(form.dataset.then);
    // Whatever else is wrong, the site says it best. Who has signed in again has another token.
    if (trouble !== "refused") {
      keepIt(entry);
      return lock(false);
    }
    form.elements.csrfmiddlewaretoken.value = token;
    form.submit();
  });
}

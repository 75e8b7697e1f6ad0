// Shows what has not reached the site yet (queue.js keeps it), and sends it as soon as that can be.

const RETRY = 30_000; // milliseconds
const AT_LATEST = 600_000; // whatever the site asks for
const PATIENCE = 1_000; // with a store that does not answer

const queue = self.backpainQueue;
const { person } = document.documentElement.dataset;
const notice = document.querySelector("[data-outbox]");
const care = document.querySelector("[data-severe-from]");

let known = []; // what waits, as far as this page knows
let troubles = {}; // with what, by id
let timer;
let target; // where to, as soon as the page is free to go

export const wishes = () => known.filter(({ fields, refused }) => fields.done && !refused);

// Whether something waits for this address, of which this page need not know: another tab may have kept it.
export const waitsFor = async (address) => {
  const nothing = new Promise((done) => setTimeout(done, PATIENCE, []));
  const kept = await Promise.race([queue.list(person), nothing]);
  return [...known, ...kept].some((one) => one.address === address);
};

const onTheirWay = new Map(); // into the queue, by id
const leads = {}; // by id: where the page goes once this has arrived

// The site does not know of it, and so warns of it on no page.
const warn = () => {
  care.hidden = !known.some(({ fields }) => fields.score >= Number(care.dataset.severeFrom));
};

// Gives back what has left: another tab may have sent it. While the store cannot be read, nothing has.
const look = async () => {
  const kept = await queue.list(person);
  const isRead = (await queue.person()) === person;
  const before = known;
  known = [...kept.filter(({ id }) => !onTheirWay.has(id)), ...onTheirWay.values()];
  warn();
  const left = before.filter(({ id }) => !known.some((one) => one.id === id));
  // What was refused has not arrived, but was discarded.
  for (const { id, refused } of left) if (!refused) target = leads[id] ?? target;
  return isRead ? left : [];
};

const show = () => {
  for (const part of notice.querySelectorAll("[data-outbox-kind]")) {
    const names = known.filter(({ id }) => troubles[id] === part.dataset.outboxKind).map(({ name }) => name);
    part.hidden = !names.length;
    part.querySelector("[data-names]").textContent = [...new Set(names)].join(" · ");
  }
  notice.hidden = !notice.querySelector("[data-outbox-kind]:not([hidden])");
};

const tell = (told, left) => {
  const arrived = told.arrived || left.length;
  ({ troubles } = told);
  show();
  if (Object.values(troubles).includes("unreachable")) sendSoon(Math.min(told.retryAfter * 1000 || RETRY, AT_LATEST));
  else clearTimeout(timer);
  const refused = known.filter(({ id }) => troubles[id] === "refused").map(({ address }) => address);
  if (arrived || refused.length) {
    const detail = { page: told.page, refused, arrived };
    document.dispatchEvent(new CustomEvent("backpain:sent", { detail }));
  }
};

const sendSoon = (time = RETRY) => {
  clearTimeout(timer);
  timer = setTimeout(send, time);
};

const seen = new Set(); // by stamp: what has been sent at once

const sendAll = async () => {
  const told = await queue.send(person);
  tell(told, await look());
  // Another tab has wished for the same meanwhile. What comes back again and again waits as all else does.
  const left = known.filter(({ id, stamp }) => stamp && !(id in troubles)).map(({ stamp }) => stamp);
  if (left.some((stamp) => !seen.has(stamp))) send();
  else if (left.length) sendSoon();
  for (const stamp of left) seen.add(stamp);
};

let line = Promise.resolve();

// Sends what is kept, one after the other.
export const send = () => {
  line = line.then(sendAll);
};

// Where there is Background Sync, the browser sends it even after the page is gone.
const sendLater = async () => {
  if (!navigator.serviceWorker?.controller) return;
  const registration = await navigator.serviceWorker.ready;
  await registration.sync?.register("backpain").catch(() => {});
};

// Keeps something until the site has it: an entry is {address, fields, name}. The last one for an address and key counts.
// Once it has arrived, this page goes on to `then`, if that is given.
export const keep = (entry, then) => {
  const whole = { id: `${entry.address} ${entry.fields.key ?? ""}`, ...entry };
  leads[whole.id] = then;
  onTheirWay.set(whole.id, whole);
  known = [...known.filter(({ id }) => id !== whole.id), whole];
  warn();
  // At once, whatever is being sent meanwhile: the page may go at any moment.
  const kept = queue.put(person, whole).then(() => {
    if (onTheirWay.get(whole.id) === whole) onTheirWay.delete(whole.id);
  });
  line = line.then(() => kept).then(sendLater);
  send();
};

// Earlier versions kept ticks by address and name, and not under lock.
const bringOver = async () => {
  const place = `backpain:ticks:${person}`;
  try {
    for (const [address, name] of Object.entries(JSON.parse(localStorage.getItem(place)) ?? {})) {
      await queue.put(person, { id: `${address} `, address, name, fields: { done: "yes" } });
    }
    localStorage.removeItem(place);
  } catch {
    // There is nothing to bring, then.
  }
};

// A page that may be the one that is shown, as it is by now. An address that differs in its fragment alone loads nothing.
export const open = (address) => {
  if (new URL(address, location).pathname === location.pathname) history.replaceState(null, "", "?");
  location.assign(address);
};

// While a tap is on its way, a check-in is half written, or a session runs, a page stays as it is.
const BUSY = "[data-sending], [data-begun], #player:not([hidden])";

// The page shows what was sent, or leads to what is said of it.
const refresh = () => {
  if (document.querySelector(BUSY)) setTimeout(refresh, 500);
  else if (target) open(target);
  else location.reload();
};

// What was refused is for the person to decide about.
const decide = async (change) => {
  for (const entry of known.filter(({ refused }) => refused)) await change(entry);
  await look();
  send();
};

// What waits is known from then on, as far as this browser has the key.
export const ready = notice ? look() : Promise.resolve();

// Just after signing in, the key comes first.
const begin = async () => {
  await ready;
  await queue.open(person);
  await bringOver();
  await look();
  if (known.length) send();
};

if (notice) {
  line = begin();
  addEventListener("online", send);
  addEventListener("pageshow", (event) => {
    if (event.persisted) send();
  });
  navigator.serviceWorker?.addEventListener("message", async ({ data }) => {
    if (data.kind !== "sent") return;
    tell(data.told, await look());
  });
  notice.querySelector("[data-outbox-again]").addEventListener("click", () =>
    decide(({ refused: _refused, ...entry }) => queue.put(person, entry)),
  );
  notice.querySelector("[data-outbox-discard]").addEventListener("click", async () => {
    await decide((entry) => queue.drop(person, entry));
    // What was discarded is still shown as waiting.
    if ("reload" in notice.dataset) refresh();
  });
  document.addEventListener("backpain:sent", ({ detail }) => {
    if (detail.arrived && (target || "reload" in notice.dataset)) refresh();
  });
}

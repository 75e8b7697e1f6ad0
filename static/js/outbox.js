// Ticks that must not get lost: kept in this browser, for the person and the day they belong to, until the site has
// taken them. Sending one twice is harmless, because a tick sets a state.

const RETRY = 30_000; // milliseconds

const form = document.querySelector("#tick");
const notice = document.querySelector("[data-outbox]");
const place = `backpain:ticks:${form?.dataset.person}`;

// A browser that keeps nothing still sends: then the ticks live as long as the page.
let kept = {};
const read = () => {
  try {
    return JSON.parse(localStorage.getItem(place)) ?? {};
  } catch {
    return kept;
  }
};
const write = (ticks) => {
  kept = ticks;
  try {
    if (Object.keys(ticks).length) localStorage.setItem(place, JSON.stringify(ticks));
    else localStorage.removeItem(place);
  } catch {
    // Kept in memory, see above.
  }
};

const say = (kind, names = []) => {
  for (const part of notice?.querySelectorAll("[data-outbox-kind]") ?? []) {
    part.hidden = part.dataset.outboxKind !== kind;
    const list = part.querySelector("[data-names]");
    if (list) list.textContent = [...new Set(names)].join(", ");
  }
  if (notice) notice.hidden = !kind;
};

const post = (address) =>
  fetch(address, {
    method: "POST",
    body: new URLSearchParams({
      csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value,
      done: "yes",
      back: "session",
    }),
    signal: AbortSignal.timeout(15_000),
    keepalive: true,
  });

// The addresses of the doses whose ticks have not arrived yet.
export const waiting = () => Object.keys(read());

export const keep = (address, name) => {
  write({ ...read(), [address]: name });
  return send();
};

let line = Promise.resolve();
let timer;

// Sends what is kept, one after the other; resolves when nothing more can be sent for now.
export const send = () => {
  line = line.then(sendAll);
  return line;
};

const sendAll = async () => {
  clearTimeout(timer);
  const refused = [];
  let sent = 0;
  let trouble = null;
  let page = null;
  for (const [address, name] of Object.entries(read())) {
    let response;
    try {
      response = await post(address);
      if (response.ok) page = await response.text();
    } catch {
      response = null;
    }
    if (response === null || response.status >= 500 || response.status === 429) trouble = "unreachable";
    else if (response.status === 403) trouble = "signed-out";
    if (trouble) break;
    if (response.ok) sent += 1;
    else refused.push(name);
    const { [address]: _gone, ...others } = read();
    write(others);
  }
  if (trouble) say(trouble, Object.values(read()));
  else if (refused.length) say("refused", refused);
  else say(null);
  if (trouble === "unreachable") timer = setTimeout(send, RETRY);
  if (!sent) return;
  if (notice?.hasAttribute("data-reload")) location.reload();
  document.dispatchEvent(new CustomEvent("backpain:sent", { detail: { page } }));
};

if (form) {
  addEventListener("online", send);
  addEventListener("pageshow", () => {
    if (waiting().length) send();
  });
}

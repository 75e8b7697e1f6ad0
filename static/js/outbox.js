// Ticks that must not get lost: kept in this browser, for the person and the day they belong to, until the site has
// taken them. Sending one twice is harmless, because a tick sets a state.

const RETRY = 30_000; // milliseconds
const PATIENCE = 15_000;

const form = document.querySelector("#tick");
const notice = document.querySelector("[data-outbox]");
const place = `backpain:ticks:${form?.dataset.person}`;

// Names by address. A browser that keeps nothing still sends: then the ticks live as long as the page.
let kept = {};
let stored = true;

const read = () => {
  try {
    return stored ? (JSON.parse(localStorage.getItem(place)) ?? {}) : kept;
  } catch {
    return kept;
  }
};

const write = (ticks) => {
  kept = ticks;
  try {
    if (Object.keys(ticks).length) localStorage.setItem(place, JSON.stringify(ticks));
    else localStorage.removeItem(place);
    stored = true;
  } catch {
    stored = false;
  }
};

const without = (ticks, address) => {
  const { [address]: _gone, ...others } = ticks;
  return others;
};

const show = (kind, names) => {
  const part = notice.querySelector(`[data-outbox-kind=${kind}]`);
  part.hidden = !names.length;
  part.querySelector("[data-names]").textContent = [...new Set(names)].join(", ");
};

// What is said of an answer: nothing where the tick was taken.
const troubleWith = (response) => {
  if (!response || response.status >= 500 || response.status === 429) return "unreachable";
  if (response.status === 403) return "signed-out";
  return response.ok ? null : "refused";
};

const post = async (address) => {
  try {
    const response = await fetch(address, {
      method: "POST",
      body: new URLSearchParams({ ...Object.fromEntries(new FormData(form)), done: "yes", back: "session" }),
      signal: AbortSignal.timeout(PATIENCE),
      keepalive: true,
    });
    return { trouble: troubleWith(response), page: await response.text() };
  } catch {
    return { trouble: troubleWith(null), away: true };
  }
};

// What the site will never take. It is named until the page goes.
const refused = {};
let timer;

const sendAll = async () => {
  clearTimeout(timer);
  const troubled = { unreachable: [], "signed-out": [] };
  let page = null;
  let settled = 0;
  let answer = {};
  for (const [address, name] of Object.entries(read())) {
    // Without a network there is no point in asking for the others.
    if (!answer.away) answer = await post(address);
    if (answer.trouble in troubled) {
      troubled[answer.trouble].push(name);
      continue;
    }
    write(without(read(), address));
    settled += 1;
    if (answer.trouble) refused[address] = name;
    else ({ page } = answer);
  }
  for (const [kind, names] of Object.entries(troubled)) show(kind, names);
  show("refused", Object.values(refused));
  notice.hidden = !Object.values({ ...troubled, refused: Object.keys(refused) }).some((names) => names.length);
  if (troubled.unreachable.length) timer = setTimeout(send, RETRY);
  if (!settled) return;
  const detail = { page, refused: Object.keys(refused) };
  document.dispatchEvent(new CustomEvent("backpain:sent", { detail }));
};

let line = Promise.resolve();

// Sends what is kept, one after the other.
const send = () => {
  line = line.then(sendAll);
};

// The addresses of the doses whose ticks have not arrived yet.
export const waiting = () => Object.keys(read());

export const keep = (address, name) => {
  write({ ...read(), [address]: name });
  send();
};

// The plan of the day shows what was sent, as soon as no tap is on its way.
const refresh = () => {
  if (document.querySelector("[data-sending]")) setTimeout(refresh, 500);
  else location.reload();
};

if (form) {
  addEventListener("online", send);
  addEventListener("pageshow", () => {
    if (waiting().length) send();
  });
  if (notice.hasAttribute("data-reload")) {
    document.addEventListener("backpain:sent", ({ detail }) => {
      if (detail.page) refresh();
    });
  }
}

// The part of the service worker that lets the site open without a network; docs/offline.md says what it keeps, and why.
//
// The site is asked first, always. What is kept serves when it does not answer, or is not ready: the files of this release
// and of those just before it, and a few pages of one person, until that person signs out or somebody else signs in.

const { release, backpainQueue: queue } = self;

const PATIENCE = 4_000; // milliseconds
const FRESH = 3_600_000;
const SELDOM = 7 * 24 * FRESH; // do exercises change
const ON_ITS_WAY = 3_000; // what was sent, until the site has it
const LEAVING = 5_000;
const TOO_LONG = 15_000;
const NOT_READY = [502, 503, 504];
const RELEASES = 3; // whose files are kept: an open page may be that much older than the site

const FILES = "files ";
const PAGES = "pages";
const OWNER = "/owner";
const OLD = "X-Old";

const sleep = (time) => new Promise((done) => setTimeout(done, time));

// --- The files of a release. They are there as a whole, or not at all.

const install = async () => {
  const name = FILES + release.version;
  try {
    const cache = await caches.open(name);
    await cache.addAll([...release.files, new Request(release.offline, { cache: "reload", credentials: "omit" })]);
  } catch (error) {
    await caches.delete(name);
    throw error;
  }
  await self.skipWaiting();
};

const activate = async () => {
  await self.clients.claim();
  const others = (await caches.keys()).filter((name) => name.startsWith(FILES) && name !== FILES + release.version);
  await Promise.all(others.slice(0, 1 - RELEASES).map((name) => caches.delete(name)));
};

const find = (address) => caches.match(address, { ignoreVary: true });

const file = async (request) => (await find(request)) ?? fetch(request);

// --- The pages of a person

// Signing out begins a new era: what was asked for before is not kept after it.
let era = 0;

const wipe = async () => {
  era += 1;
  const mine = era;
  await caches.delete(PAGES);
  await queue.forget();
  const shown = await self.registration.getNotifications?.().catch(() => []);
  for (const one of shown ?? []) one.close();
  return mine;
};

const isPage = (response) => response.ok && response.headers.get("Content-Type")?.startsWith("text/html");

// Whose page this is: "" for nobody's; undefined where it does not say.
const ownerOf = (text) => /<html[^>]* data-person="(\d*)"/.exec(text)?.[1];

// Notes whose page this is, before anybody sees it, and tells the era of that. A page of nobody, or of another, ends what is
// kept. If somebody signs out meanwhile, it notes nothing any more.
const learn = async (person, asked) => {
  const owner = await (await caches.match(OWNER))?.text();
  if (owner === person || asked !== era) return asked;
  const mine = owner || !person ? await wipe() : asked;
  if (!person || mine !== era) return mine;
  const pages = await caches.open(PAGES);
  if (mine === era) await pages.put(OWNER, new Response(person));
  return mine;
};

// How many seconds a page says that its day still lasts; null for one that belongs to no day.
const ENDS = /(data-new-day-in="|"dayEndsIn": ?)(\d+)/;

const keep = async (address, response, text, asked) => {
  if (asked !== era) return;
  const headers = new Headers(response.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  headers.set("X-Kept-At", Date.now());
  const said = /<p [^>]*data-said[^>]*>.*?<\/p>/gs; // it was for that one visit
  const page = new Response(text.replace(said, ""), { headers });
  const pages = await caches.open(PAGES);
  if (asked === era) await pages.put(address, page);
};

// The pages of the exercises that are on today's plan.
const exercises = async () => {
  const today = await opened("/today/");
  const names = [...(today?.text ?? "").matchAll(/href="([^"#?]+)"/g)].map(([, name]) => name);
  const { length } = release.exercises;
  return [...new Set(names)].filter((name) => name.startsWith(release.exercises) && name.length > length);
};

const isToBeKept = async (address) =>
  release.pages.includes(address) ||
  (address.startsWith(release.exercises) && (await exercises()).includes(address));

const takeIn = async (address, response, asked) => {
  if (!isPage(response)) return;
  const text = await response.clone().text();
  const person = ownerOf(text);
  // An answer from before somebody signed out says nothing about who is there now.
  if (person === undefined || asked !== era) return;
  const mine = await learn(person, asked);
  if (person && (await isToBeKept(address))) await keep(address, response, text, mine);
};

// A kept page with what it needs to know: when it was made, and how long its day still lasts.
const opened = async (address) => {
  const page = await caches.open(PAGES).then((pages) => pages.match(address, { ignoreVary: true }));
  if (!page) return null;
  const at = Number(page.headers.get("X-Kept-At"));
  const text = await page.text();
  const left = ENDS.test(text) ? Math.round(Number(ENDS.exec(text)[2]) - (Date.now() - at) / 1000) : null;
  return { headers: page.headers, at, text, left };
};

// Notes that these pages are not any more what the site would give.
const outdate = async (addresses) => {
  const asked = era;
  for (const address of addresses) {
    const page = await opened(address);
    if (!page) continue;
    const headers = new Headers(page.headers);
    headers.set(OLD, "yes");
    const pages = await caches.open(PAGES);
    if (asked === era) await pages.put(address, new Response(page.text, { headers }));
  }
};

const TICKED = ["/today/", "/session/"];

// A tick changes two pages, a check-in these and what is said of pain, and any other form may change all of them.
const changedBy = async (pathname) => {
  if (pathname.startsWith("/day/")) return TICKED;
  return pathname.startsWith("/pain/") ? release.pages : [...release.pages, ...(await exercises())];
};

// Settled once what is sent has made its pages old. Whoever looked for old pages before would leave those as they are.
let noted = Promise.resolve();

// A form that leads to a page has arrived when that is there; of others nobody knows, so what is taken in until then
// counts as old once more.
const sent = async ({ mode }, pathname) => {
  const changed = changedBy(pathname);
  const marked = changed.then(outdate).catch(() => {});
  noted = noted.then(() => marked);
  await noted;
  if (mode === "navigate") return;
  await sleep(ON_ITS_WAY);
  await outdate(await changed);
};

const isOutdated = (page) => page?.headers.has(OLD);
const isOld = (page) =>
  !page || isOutdated(page) || Date.now() - page.at > FRESH || (page.left !== null && page.left <= 0);

// Asks for a page anew, and tells whether there is a point in asking for others.
const ask = async (address, asked) => {
  if (asked !== era) return false;
  const wish = { redirect: "manual", headers: { Purpose: "prefetch" }, signal: AbortSignal.timeout(TOO_LONG) };
  const response = await fetch(address, wish).catch(() => null);
  // To signing in.
  if (response?.type === "opaqueredirect") await wipe();
  else if (response) await takeIn(address, response, asked);
  return Boolean(response);
};

// Asks for those pages anew of which this is true.
const refresh = async (isDue, asked) => {
  for (const address of release.pages) {
    if (isDue(await opened(address)) && !(await ask(address, asked))) return;
  }
};

const refreshExercises = async (asked) => {
  const planned = await exercises();
  const pages = await caches.open(PAGES);
  for (const { url } of await pages.keys()) {
    const { pathname } = new URL(url);
    if (pathname.startsWith(release.exercises) && !planned.includes(pathname)) await pages.delete(url, { ignoreVary: true });
  }
  for (const address of planned) {
    const page = await opened(address);
    const isFresh = page && !isOutdated(page) && Date.now() - page.at < SELDOM && (await isWhole(page.text));
    if (!isFresh && !(await ask(address, asked))) return;
  }
};

let line = Promise.resolve();

// One after the other: a page that is left and the next one, which opens, need nothing twice.
const inTurn = (work) => {
  const asked = era;
  line = line
    .then(() => noted)
    .then(() => work(asked))
    .catch(() => {});
  return line;
};

const refreshInTurn = (isDue) => inTurn((asked) => refresh(isDue, asked));

const visited = () => {
  refreshInTurn(isOld);
  return inTurn(refreshExercises);
};

// Whether all files that a page names are there, so that it is never shown half.
const isWhole = async (text) => {
  const names = new Set([...text.matchAll(/(?:href|src)="([^"#?]+)/g)].map(([, name]) => name));
  const files = [...names].filter((name) => name.startsWith(release.static));
  return (await Promise.all(files.map(find))).every(Boolean);
};

const when = (at) => {
  const clock = { hour: "2-digit", minute: "2-digit" };
  const sameDay = new Date(at).toDateString() === new Date().toDateString();
  const day = sameDay ? {} : { weekday: "long", day: "numeric", month: "long" };
  return new Date(at).toLocaleString(undefined, { ...day, ...clock });
};

// The page of a day is today's, if it is that day's.
const kin = async (address) => {
  const day = /^\/day\/(\d{4}-\d\d-\d\d)\/$/.exec(address)?.[1];
  if (!day) return address;
  const today = await opened("/today/");
  return today?.text.includes(`data-day="${day}"`) ? "/today/" : address;
};

// What is kept of an address, and says so itself. Nothing that would pass yesterday's plan off as today's.
const kept = async (address) => {
  const page = await opened(await kin(address));
  if (!page || (page.left !== null && page.left <= 0) || !(await isWhole(page.text))) return null;
  const words = release.words.kept.replace("%s", when(page.at));
  const text = page.text
    .replace(new RegExp(ENDS, "g"), (_all, name) => `${name}${page.left}`)
    .replace(/<main[^>]*>/, (main) => `${main}<p class="notice" role="status" data-kept>${words}</p>`);
  return new Response(text, { headers: page.headers });
};

const offline = async (signingOut = false) => {
  const page = await find(release.offline);
  if (!page) return Response.error();
  if (!signingOut) return page;
  // A page of nobody, as the site's own would be.
  const text = (await page.text()).replace("<html", '<html data-person=""').replace("data-signing-out hidden", "");
  return new Response(text, { headers: page.headers });
};

const answered = async (request, asked) => {
  const response = await fetch(request);
  // A device without room shows the page all the same.
  await takeIn(request.url.slice(self.location.origin.length), response, asked).catch(() => {});
  return response;
};

const visit = async (request) => {
  const { pathname } = new URL(request.url);
  const fromSite = answered(request, era).catch(() => null);
  const page = fromSite.then((response) => (NOT_READY.includes(response?.status) ? null : response));
  const late = (await caches.match(pathname)) ? sleep(PATIENCE) : page;
  return (await Promise.race([page, late])) ?? (await kept(pathname)) ?? (await fromSite) ?? (await offline());
};

// What waits is sent first, as long as that may be. Then nothing is left that anybody could read, whether the site
// hears of it or not.
const signOut = async (request) => {
  const person = await queue.person();
  if (person) await Promise.race([queue.send(person).catch(() => {}), sleep(LEAVING)]);
  await wipe();
  return fetch(request).catch(() => offline(true));
};

const deliver = async () => {
  const person = await queue.person();
  if (!person) return;
  const told = await queue.send(person);
  for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage({ kind: "sent", told });
  if (told.arrived) {
    await outdate(release.pages);
    await refreshInTurn(isOutdated);
  }
  if (Object.values(told.troubles).includes("unreachable")) throw new Error("The browser tries it again later.");
};

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => {
  if (event.data?.kind === "visit") event.waitUntil(visited());
  // Where nothing is kept any more, nothing is to be kept again: somebody may have signed out.
  if (event.data?.kind === "left") event.waitUntil(refreshInTurn(isOutdated));
});
addEventListener("sync", (event) => {
  if (event.tag === "backpain") event.waitUntil(deliver());
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST") {
    if (pathname === release.signOut) event.respondWith(signOut(request));
    else event.waitUntil(sent(request, pathname));
  }
  if (request.method !== "GET") return;
  if (pathname.startsWith(release.static)) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(visit(request));
});

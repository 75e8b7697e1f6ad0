// What this browser keeps belongs to the person whose page this is. Whatever is another's goes, and all of it once nobody
// is signed in; some pages do not say. And the service worker is put in charge of the site, which does without one as well.

const PLACES = "backpain:session:";
const NOW_AND_THEN = 600_000; // milliseconds

const queue = self.backpainQueue;
const { person } = document.documentElement.dataset;

// Where others were in a session.
const clearPlaces = () => {
  try {
    for (const place of Object.keys(localStorage)) {
      if (place.startsWith(PLACES) && !(person && place.startsWith(`${PLACES}${person}:`))) localStorage.removeItem(place);
    }
  } catch {
    // A browser that gives no storage has kept nothing.
  }
};

// The worker does so as well, but not every page passes through it.
const closeNotifications = async () => {
  const registration = await navigator.serviceWorker?.getRegistration();
  for (const one of (await registration?.getNotifications?.()) ?? []) one.close();
};

const keepWorker = async () => {
  try {
    await navigator.serviceWorker.register("/worker.js");
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ kind: "visit" });
  } catch {
    // The browser has no room for one, or does not want any.
  }
};

// What was done here is to be there without a network, too: once the page is left, and meanwhile now and then.
const tellOfLeaving = () => {
  const tell = () => navigator.serviceWorker.controller?.postMessage({ kind: "left" });
  setInterval(tell, NOW_AND_THEN);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) tell();
  });
};

if (person !== undefined) clearPlaces();
if (person) {
  queue.open(person);
  if (navigator.serviceWorker) {
    tellOfLeaving();
    if (document.readyState === "complete") keepWorker();
    else addEventListener("load", keepWorker);
  }
} else if (person === "") {
  queue.forget();
  self.caches?.delete("pages").catch(() => {});
  closeNotifications().catch(() => {});
}

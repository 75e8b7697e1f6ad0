// What this browser keeps belongs to the person whose page this is. Whatever is another's goes, and all of it once nobody
// is signed in. And the service worker is put in charge of the site; without one, it does what it always did.

const PLACES = "backpain:session:";

const queue = self.backpainQueue;
const { person } = document.documentElement.dataset;

const clearPlaces = () => {
  try {
    for (const place of Object.keys(localStorage)) {
      if (place.startsWith(PLACES) && !(person && place.startsWith(`${PLACES}${person}:`))) localStorage.removeItem(place);
    }
  } catch {
    // A browser that gives no storage has kept nothing.
  }
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

clearPlaces();
if (person) {
  queue.open(person);
  if (navigator.serviceWorker) {
    if (document.readyState === "complete") keepWorker();
    else addEventListener("load", keepWorker);
  }
} else {
  queue.forget();
  self.caches?.delete("pages").catch(() => {});
}

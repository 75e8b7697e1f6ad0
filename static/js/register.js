// Puts the service worker in charge of the site. Without one, the site does what it always did, with a network.

navigator.serviceWorker?.register("/worker.js").catch(() => {
  // The browser keeps no workers, or none just now.
});

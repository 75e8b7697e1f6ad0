// Says so when a tick was not taken, instead of leaving the page as if nothing had happened. One that did not even reach
// the site, or found it not ready, is kept (outbox.js).

const show = (kind) => {
  for (const notice of document.querySelectorAll("[data-trouble]")) {
    notice.hidden = notice.dataset.trouble !== kind;
  }
};

document.addEventListener("htmx:responseError", ({ detail }) => {
  if (self.backpainQueue.troubleWith(detail.xhr) !== "unreachable") show("refused");
});
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.successful) show(null);
});

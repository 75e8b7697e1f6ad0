// Says so when a tick was refused, instead of leaving the page as if nothing had happened. One that has not got through for
// another reason is kept (outbox.js).

const show = (kind) => {
  for (const notice of document.querySelectorAll("[data-trouble]")) {
    notice.hidden = notice.dataset.trouble !== kind;
  }
};

document.addEventListener("htmx:responseError", ({ detail }) => {
  if (self.backpainQueue.troubleWith(detail.xhr) === "refused") show("refused");
});
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.successful) show(null);
});

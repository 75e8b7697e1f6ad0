// Says so when a tick could not be saved, instead of leaving the page as if nothing had happened.

const show = (kind) => {
  for (const notice of document.querySelectorAll("[data-trouble]")) {
    notice.hidden = notice.dataset.trouble !== kind;
  }
};

document.addEventListener("htmx:responseError", () => show("refused"));
document.addEventListener("htmx:sendError", () => show("unreachable"));
document.addEventListener("htmx:timeout", () => show("unreachable"));
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.successful) show(null);
});

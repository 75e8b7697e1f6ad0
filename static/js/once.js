// The second tap of a double tap sends nothing: the first is on its way.

const SAME_TAP = 2000; // milliseconds

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return; // another script sends it
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, SAME_TAP);
});

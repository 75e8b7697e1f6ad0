// Opens the browser's print dialog. Without it, a sentence says where to find that.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
for (const sentence of document.querySelectorAll("[data-print-by-hand]")) sentence.hidden = true;

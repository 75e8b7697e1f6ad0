// Puts an address into the clipboard. Where that is not possible, it is marked, to be copied by hand.

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const said = document.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = said.dataset.copied;
    } catch {
      field.focus();
      field.select();
      said.textContent = said.dataset.notCopied;
    }
  });
}

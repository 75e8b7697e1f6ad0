// The days of the calendar, by finger and by arrow keys. Each says itself below the calendar, with a way to its plan.
// Without this, the table beside the calendar has the same days and links.

const months = document.querySelector(".months");
const line = document.querySelector(".calendar-day");
const link = line?.querySelector("a");
const days = months ? [...months.querySelectorAll("td[data-day]")] : [];
const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

function show(day) {
  for (const other of days) other.tabIndex = other === day ? 0 : -1;
  line.firstElementChild.textContent = day.textContent;
  link.href = link.getAttribute("href").replace(/\d{4}-\d\d-\d\d/, day.dataset.day);
  line.hidden = false;
}

function move(event) {
  const at = days.indexOf(event.target.closest("td"));
  if (event.key === "Enter") window.location.assign(link.href);
  const to = event.key === "Home" ? 0 : event.key === "End" ? days.length - 1 : at + steps[event.key];
  if (!days[to]) return;
  event.preventDefault();
  days[to].focus();
}

if (days.length) {
  // Told as a grid, its cells are walked through by those who listen, too.
  for (const month of months.children) month.setAttribute("role", "grid");
  for (const day of days) day.tabIndex = -1;
  (months.querySelector("[aria-current]") ?? days[days.length - 1]).tabIndex = 0;
  months.addEventListener("focusin", (event) => show(event.target));
  months.addEventListener("keydown", move);
}

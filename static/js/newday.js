// A page left open past midnight says that a new day has begun. The server says how long the day still lasts;
// the deadline is compared with the clock, because a sleeping phone stops its timers.

const notice = document.querySelector("[data-new-day-in]");
const deadline = Date.now() + Number(notice.dataset.newDayIn) * 1000;

const look = () => {
  if (Date.now() >= deadline) notice.hidden = false;
};

document.addEventListener("visibilitychange", look);
window.addEventListener("pageshow", look);
setInterval(look, 20_000);

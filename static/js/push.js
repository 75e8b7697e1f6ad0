// Lets this browser take notifications, and says where that is not possible.

const PATIENCE = 15_000; // milliseconds

const part = document.querySelector("[data-push]");
const button = part.querySelector("[data-allow]");
const said = part.querySelector("[data-said]");

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const key = bytes(part.dataset.push);

const show = (state) => {
  for (const one of part.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== state;
};

const say = (text) => {
  said.textContent = text;
  said.hidden = !text;
};

// Without a service worker, this would be waited for without end.
const worker = () =>
  new Promise((done, failed) => {
    navigator.serviceWorker.ready.then(done, failed);
    setTimeout(failed, PATIENCE);
  });

const subscription = async () => (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription();

// Agreed to before, but for another key of the site: such a one is of no use any more.
const isForThisKey = ({ options }) =>
  String(new Uint8Array(options.applicationServerKey ?? [])) === String(key);

const subscribe = async () => {
  const { pushManager } = await worker();
  const before = await pushManager.getSubscription();
  if (before && !isForThisKey(before)) await before.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
};

const send = async (device) => {
  const { endpoint, keys } = device.toJSON();
  const csrfmiddlewaretoken = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const response = await fetch(part.dataset.address, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ csrfmiddlewaretoken, endpoint, ...keys }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  // Signed out meanwhile: the page leads to signing in.
  if (response.ok || response.status === 403) location.reload();
  else say((await response.json()).error);
};

const allow = async () => {
  say("");
  button.disabled = true;
  try {
    const answer = await Notification.requestPermission();
    if (answer === "granted") await send(await subscribe());
    else show(answer === "denied" ? "blocked" : "ask");
  } catch {
    say(said.dataset.trouble);
  }
  button.disabled = false;
};

const look = async () => {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    // Only Safari on an iPhone or iPad knows whether it is on the home screen.
    show("standalone" in navigator ? "home-screen" : "unable");
    return;
  }
  if (Notification.permission === "denied") {
    show("blocked");
    return;
  }
  const there = Notification.permission === "granted" && (await subscription().catch(() => null));
  show(there && isForThisKey(there) && part.querySelector("[data-this]") ? "on" : "ask");
};

button.addEventListener("click", allow);
look();

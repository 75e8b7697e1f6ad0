// Lets this browser take notifications, and says where that is not possible.

import { bytes, isFor } from "./push_key.js";

const PATIENCE = 15_000; // milliseconds

const show = (part, state) => {
  for (const one of part.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== state;
};

const say = (part, kind, text) => {
  const place = part.querySelector(`[data-said=${kind}]`);
  place.textContent = text ?? place.dataset.text;
  place.hidden = !place.textContent;
};

// A browser without a service worker, or in a private window, keeps one waiting without end.
const soon = (promise) =>
  new Promise((done, failed) => {
    promise.then(done, failed);
    setTimeout(failed, PATIENCE);
  });

const subscription = async () => (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription();

const subscribe = async (key) => {
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  if (before && !isFor(key, before)) await before.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
};

const send = (part, device) => {
  const { endpoint, keys } = device.toJSON();
  const csrfmiddlewaretoken = document.querySelector("[name=csrfmiddlewaretoken]").value;
  return fetch(part.dataset.address, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ csrfmiddlewaretoken, endpoint, ...keys }),
    signal: AbortSignal.timeout(PATIENCE),
  });
};

// This part alone is loaded anew: what somebody has chosen above and not saved yet stays as it is.
const renew = async (part) => {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const fresh = document.adoptNode(page.querySelector("[data-push]"));
  if (!page.querySelector("[data-no-way]")) document.querySelector("[data-no-way]")?.remove();
  part.replaceWith(fresh);
  await begin(fresh);
  say(fresh, "good");
  fresh.focus();
};

const allow = async (part) => {
  const button = part.querySelector("[data-allow]");
  say(part, "bad", "");
  say(part, "waiting");
  button.disabled = true;
  try {
    const answer = await Notification.requestPermission();
    if (answer === "granted") {
      const response = await send(part, await soon(subscribe(bytes(part.dataset.push))));
      if (response.ok) await renew(part);
      else say(part, "bad", (await response.json()).error);
    } else {
      show(part, answer === "denied" ? "blocked" : "ask");
    }
  } catch {
    say(part, "bad");
  }
  say(part, "waiting", "");
  button.disabled = false;
};

const stateOf = async (part) => {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    // Only Safari on an iPhone or iPad knows whether it is on the home screen.
    return "standalone" in navigator ? "home-screen" : "unable";
  }
  if (Notification.permission === "denied") return "blocked";
  const there = Notification.permission === "granted" && (await subscription().catch(() => null));
  return there && isFor(bytes(part.dataset.push), there) && part.querySelector("[data-this]") ? "on" : "ask";
};

const begin = async (part) => {
  part.querySelector("[data-allow]").addEventListener("click", () => allow(part));
  show(part, await stateOf(part));
};

begin(document.querySelector("[data-push]"));

// Signing out ended the notifications of this browser. Whoever signs in again here, having agreed to them before, gets them
// again; the site takes no browser back that was not theirs.

import { bytes, isFor } from "./push_key.js";

const REFUSED = "backpain:push-refused";
const ADDRESS = "/settings/reminders/devices/";

const { person } = document.documentElement.dataset;
const { pushKey } = document.querySelector("[data-push-key]").dataset;

const again = async () => {
  if (self.Notification?.permission !== "granted" || sessionStorage.getItem(REFUSED) === person) return;
  const registration = await navigator.serviceWorker?.getRegistration();
  const device = await registration?.pushManager?.getSubscription();
  if (!device) return;
  if (!isFor(bytes(pushKey), device)) {
    await device.unsubscribe();
    return;
  }
  const { endpoint, keys } = device.toJSON();
  const csrfmiddlewaretoken = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({ csrfmiddlewaretoken, endpoint, ...keys, instead_of: endpoint });
  const response = await fetch(ADDRESS, { method: "POST", headers: { Accept: "application/json" }, body });
  if (response.status === 400) sessionStorage.setItem(REFUSED, person);
};

again().catch(() => {
  // There is a button for it in the settings.
});

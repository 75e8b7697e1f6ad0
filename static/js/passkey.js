// Asks the device for a passkey, or to make one, and sends what it answers with the form.

const KINDS = { create: "create", get: "get", "sign-in": "get" };
const known = window.PublicKeyCredential && navigator.credentials;

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const described = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

async function optionsOf(form) {
  // Whoever signs in by a passkey alone is asked for one at the tap, so that no visit of the page begins a session.
  if (form.dataset.passkey === "sign-in") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    return (await answer.json()).request_options.publicKey;
  }
  return JSON.parse(form.querySelector("script[type='application/json']").textContent)[
    form.dataset.passkey === "create" ? "creation_options" : "request_options"
  ].publicKey;
}

function toMake(options) {
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: described(options.excludeCredentials),
    // One that can be found again without an address, to sign in with it alone.
    authenticatorSelection: { ...options.authenticatorSelection, residentKey: "required", requireResidentKey: true },
  };
}

function toAsk(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials) };
}

function told(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const given = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: { credProps: credential.getClientExtensionResults().credProps },
    response: Object.fromEntries(given),
  };
}

function complain(form, name) {
  const troubles = [...form.querySelectorAll("[data-trouble]")];
  const said = troubles.find((trouble) => trouble.dataset.trouble === name) ?? troubles.at(-1);
  for (const trouble of troubles) trouble.hidden = trouble !== said;
}

async function ask(form) {
  const kind = KINDS[form.dataset.passkey];
  const options = await optionsOf(form);
  const publicKey = kind === "create" ? toMake(options) : toAsk(options);
  return told(await navigator.credentials[kind]({ publicKey }));
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!known) {
    form.dataset.unknown = "";
    continue;
  }
  const button = form.querySelector("button[hidden]");
  button.hidden = false;
  form.querySelector("[data-passkey-unknown]").hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return; // the device is asking already
    button.disabled = true;
    try {
      form.elements.credential.value = JSON.stringify(await ask(form));
      form.submit();
    } catch (error) {
      complain(form, error.name);
      button.disabled = false;
    }
  });
}
// Comes back from the next page by the browser's “back”: the button is to work again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-passkey] button")) button.disabled = false;
});

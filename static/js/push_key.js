// The key of the site that a browser agreed to. Where the site has another one by now, that is of no use any more.

export const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

export const isFor = (key, { options }) => String(new Uint8Array(options.applicationServerKey ?? [])) === String(key);

// What a person has entered and the site has not taken yet: ticks and check-ins. Kept in this browser, for pages and for
// the service worker alike, until the site says that it has them. docs/offline.md tells why it is done this way.
//
// It is locked with a key that the site gives to its person alone. `forget` drops the key, and from then on nobody can
// read what waits here, until the same person has signed in again.

self.backpainQueue = (() => {
  const PATIENCE = 15_000; // milliseconds
  const NOT_READY = [429, 502, 503, 504]; // whatever one asks for

  const store = idbKeyval.createStore("backpain", "kept");
  const box = (person) => `for ${person}`;
  const get = async (name) => idbKeyval.get(name, store);
  const set = async (name, value) => idbKeyval.set(name, value, store);
  const del = async (name) => idbKeyval.del(name, store);
  const spare = {}; // by person, as long as this page lives: where the browser keeps nothing, or has no key yet
  const gone = new Set(); // by stamp: what has left, and may still be there where the browser cannot write
  const keys = {};

  // One at a time, in all tabs and the worker.
  const alone = (name, work) => (navigator.locks ? navigator.locks.request(`backpain ${name}`, work) : work());

  const keyOf = async (person) => {
    if (!keys[person]) {
      const held = await get("key");
      if (held?.person === person) keys[person] = held.key;
    }
    return keys[person];
  };

  // Whose entries can be read here. The worker, who sees no page, knows by it whose they are.
  const holder = async () => (await get("key").catch(() => null))?.person;

  // Whose browser this is: {person, token}; {} where nobody is signed in, and null where there is no answer.
  const me = async (patience = PATIENCE) => {
    try {
      const answer = await fetch("/me/", { signal: AbortSignal.timeout(patience) });
      if (answer.status === 401 || answer.status === 403) return {};
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  };

  // Makes sure that there is a key for this person, and for nobody else. Without an answer, it is tried again later.
  let opening = null;
  const open = (person) => {
    opening ??= getKey(person).finally(() => {
      opening = null;
    });
    return opening;
  };

  const getKey = async (person) => {
    try {
      const held = await get("key");
      if (held?.person === person) return;
      if (held) await del("key");
      const who = await me();
      if (who?.person !== person) return;
      const bytes = Uint8Array.from(atob(who.key), (letter) => letter.charCodeAt(0));
      const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
      await set("key", { person, key });
      if (spare[person]?.length) await change(person, (entries) => entries);
    } catch {
      // Without it, what waits lives as long as the page.
    }
  };

  const forget = async () => {
    for (const person of Object.keys(keys)) delete keys[person];
    await del("key").catch(() => {});
  };

  // Only what is locked with a key that is no more counts as nothing. A store that cannot be read may hold something.
  const stored = async (person, key) => {
    const kept = key && (await get(box(person)));
    if (!kept) return [];
    try {
      const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, key, kept.sealed);
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch (error) {
      if (error.name === "OperationError") return [];
      throw error;
    }
  };

  const merged = (others, own) => [
    ...others.filter(({ id, stamp }) => !gone.has(stamp) && !own.some((one) => one.id === id)),
    ...own,
  ];

  // The entries of a person, in the order in which they were made.
  const list = async (person) => {
    const read = async () => stored(person, await keyOf(person));
    const others = await read().catch(() => []);
    return merged(others, spare[person] ?? []);
  };

  const write = async (person, key, entries) => {
    spare[person] = entries;
    if (!key) return;
    try {
      if (entries.length) {
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const bytes = new TextEncoder().encode(JSON.stringify(entries));
        const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes);
        await set(box(person), { iv, sealed });
      } else {
        await del(box(person));
      }
      spare[person] = [];
    } catch {
      // It stays in the page.
    }
  };

  const change = (person, changed) =>
    alone("list", async () => {
      const own = spare[person] ?? [];
      let key;
      let others;
      try {
        key = await keyOf(person);
        others = await stored(person, key);
      } catch {
        // It stays in the page: nothing is written over what cannot be read.
        spare[person] = changed(own);
        return;
      }
      const entries = changed(merged(others, own));
      for (const { stamp } of others) if (!entries.some((one) => one.stamp === stamp)) gone.add(stamp);
      await write(person, key, entries);
    });

  // The last wish for a slot, or the last words of a check-in, is the one that counts.
  const put = (person, entry) => {
    const stamped = { ...entry, stamp: `${Date.now()} ${Math.random()}` };
    return change(person, (entries) => [...entries.filter(({ id }) => id !== entry.id), stamped]);
  };

  const drop = (person, { stamp }) => {
    gone.add(stamp);
    return change(person, (entries) => entries.filter((one) => one.stamp !== stamp));
  };

  const mark = (person, refused) =>
    change(person, (entries) => entries.map((one) => (one.stamp === refused.stamp ? { ...one, refused: true } : one)));

  // What is said of an answer: nothing where the entry was taken.
  const troubleWith = ({ status, ok, type }) => {
    if (status >= 500 || status === 429 || status === 408) return "unreachable";
    if (status === 401 || status === 403) return "signed-out";
    return ok || type === "opaqueredirect" ? null : "refused";
  };

  // Asked before each: somebody else may have signed in since, in another tab.
  const post = async (person, { address, fields }, { patience = PATIENCE, redirect = "follow" } = {}) => {
    const who = await me(patience);
    if (!who) return { trouble: "unreachable", enough: true };
    if (who.person !== person) return { trouble: "signed-out", enough: true };
    try {
      const answer = await fetch(address, {
        method: "POST",
        redirect,
        headers: { "X-CSRFToken": who.token },
        body: new URLSearchParams(fields),
        signal: AbortSignal.timeout(patience),
        keepalive: true,
      });
      return {
        trouble: troubleWith(answer),
        token: who.token,
        enough: NOT_READY.includes(answer.status),
        retryAfter: Number(answer.headers.get("Retry-After")) || 0,
        page: await answer.text(),
      };
    } catch {
      return { trouble: "unreachable", enough: true };
    }
  };

  // Sends what waits, one after the other, and tells how that went: how many arrived, the last page that came back, the
  // trouble with each that is still here, by its id, and in how many seconds the site wants to be asked again, if it says.
  const send = (person) =>
    alone("sending", async () => {
      if (!(await holder())) await open(person);
      const told = { arrived: 0, page: null, troubles: {}, retryAfter: 0 };
      let answer = {};
      for (const entry of await list(person)) {
        // What the site will not take is not tried for ever.
        if (entry.refused) {
          told.troubles[entry.id] = "refused";
          continue;
        }
        // Without a network, while the site is not ready, or signed out, there is no point in trying the others.
        if (!answer.enough) answer = await post(person, entry);
        if (answer.trouble) {
          told.retryAfter = Math.max(told.retryAfter, answer.retryAfter ?? 0);
          told.troubles[entry.id] = answer.trouble;
          if (answer.trouble === "refused") await mark(person, entry);
        } else {
          await drop(person, entry);
          told.arrived += 1;
          told.page = answer.page;
        }
      }
      // Who is signed out is told that alone.
      const kinds = Object.entries(told.troubles);
      if (kinds.some(([, trouble]) => trouble === "signed-out")) {
        for (const [id, trouble] of kinds) if (trouble === "unreachable") told.troubles[id] = "signed-out";
      }
      return told;
    });

  return { open, forget, list, put, drop, post, send, troubleWith, person: holder };
})();

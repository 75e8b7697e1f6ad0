// The part of the service worker that shows reminders, and does what their buttons say.
{
  const PATIENCE = 5_000; // milliseconds: longer than that after a tap, a browser opens no page any more

  const answer = (address, options) =>
    fetch(address, {
      ...options,
      headers: { Accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE),
    });

  // Who is signed in here, and a fresh token: { person, token }. Nothing of it when nobody is.
  const whose = async () => {
    const response = await answer("/me/");
    if (response.status === 403) return {};
    if (!response.ok) throw new Error(response.status);
    return response.json();
  };

  const send = async (address, fields) => {
    const response = await answer(address, { method: "POST", body: new URLSearchParams(fields) });
    if (!response.ok) throw new Error(response.status);
  };

  // Whether a message is for somebody who has signed out here since, or made room for somebody else. When the site cannot
  // be asked, it is not.
  const isOfAnother = async ({ person }) => {
    try {
      return (await whose()).person !== person;
    } catch {
      return false;
    }
  };

  const icon = () => self.release?.files.find((address) => address.includes("/img/icon-192"));

  const show = async (said) => {
    if (await isOfAnother(said)) {
      // A browser insists on showing something for each message. This tells nothing.
      await self.registration.showNotification(said.site, { tag: said.site, icon: icon(), silent: true });
      return;
    }
    const [there] = await self.registration.getNotifications({ tag: said.tag });
    await self.registration.showNotification(said.title, {
      body: said.body,
      tag: said.tag,
      // The same one sent twice makes no second sound; one that was put off does.
      renotify: Boolean(there) && there.data?.nth !== said.nth,
      icon: icon(),
      actions: said.actions,
      data: said,
    });
  };

  const open = async (page) => {
    const address = new URL(page, self.location.origin);
    if (address.origin !== self.location.origin) return;
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = windows.find(({ url }) => new URL(url).pathname === address.pathname);
    await (there ? there.focus() : self.clients.openWindow(address.href));
  };

  const ADDRESSES = { done: "/reminders/done/", later: "/reminders/later/" };

  const act = async (address, { person, day, name, nth }) => {
    const me = await whose();
    if (me.person !== person) throw new Error("somebody else is signed in");
    await send(address, { csrfmiddlewaretoken: me.token, day, name, nth });
    // No fetch event comes of it, and no page is left.
    await outdate(TICKED);
    await refreshInTurn(isOutdated);
  };

  const tapped = async (action, said) => {
    if (action in ADDRESSES) {
      try {
        await act(ADDRESSES[action], said);
        return;
      } catch {
        // The page it is, then: it says what is wrong, or does without a network.
      }
    }
    await open(said?.address ?? "/today/");
  };

  // The push service has given this browser another address. The site takes it in place of the one that it knows, as
  // long as it is the same person's; whoever else is signed in has agreed to nothing.
  const moved = async ({ oldSubscription: old, newSubscription }) => {
    if (!old) return;
    const { applicationServerKey } = old.options;
    const fresh =
      newSubscription ?? (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
    const { token } = await whose();
    const { endpoint, keys } = fresh.toJSON();
    const device = { csrfmiddlewaretoken: token, endpoint, ...keys, instead_of: old.endpoint };
    await send("/settings/reminders/devices/", device);
  };

  self.addEventListener("push", (event) => {
    if (event.data) event.waitUntil(show(event.data.json()));
  });

  self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(tapped(event.action, event.notification.data));
  });

  self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(moved(event)));
}

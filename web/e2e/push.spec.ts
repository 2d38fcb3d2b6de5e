// Web Push, from a message to the notification that the real service worker shows, and from there to the message. The
// service in between is our own, because a browser's maker's can't be reached here: what it is sent is decrypted with the
// device's keys, and handed to Chromium's service worker as Chromium does with what comes from outside.

import { expect, type Page, test, type Worker } from "@playwright/test";
import { Person } from "./person";
import { PushService } from "./pushes";
import { Server } from "./server";

const server = new Server();
const service = new PushService();

test.beforeAll(async () => {
  await server.start(await service.start());
});

test.afterAll(async () => {
  await server.stop();
  service.stop();
});

/** As Chromium delivers what its push service brought. */
async function deliver(page: Page, data: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const registrations: { registrationId: string; scopeURL: string }[] = [];
  session.on("ServiceWorker.workerRegistrationUpdated", (event) =>
    registrations.push(...event.registrations),
  );
  await session.send("ServiceWorker.enable");
  await expect.poll(() => registrations.length).toBeGreaterThan(0);
  const { registrationId } = registrations[0]!;
  await session.send("ServiceWorker.deliverPushMessage", { origin: server.url, registrationId, data });
  await session.detach();
}

interface Shown {
  title: string;
  body: string;
  tag: string;
}

/** How many notifications the worker has shown, as it counts them since `count`. */
const counted = (worker: Worker): Promise<number> =>
  worker.evaluate(() => (self as unknown as { counted: number }).counted);

/**
 * What is there is asked for only once it was shown: Chromium forgets a notification that is on its way to the screen
 * when somebody asks for all of them in that moment.
 */
async function count(worker: Worker): Promise<void> {
  await worker.evaluate(() => {
    const counter = self as unknown as { counted: number };
    const { prototype } = ServiceWorkerRegistration;
    const show = Reflect.get(prototype, "showNotification") as ServiceWorkerRegistration["showNotification"];
    counter.counted = 0;
    prototype.showNotification = async function (...args) {
      await show.apply(this, args);
      counter.counted += 1;
    };
  });
}

const shown = (worker: Worker): Promise<Shown[]> =>
  worker.evaluate(async () => {
    const { registration } = self as unknown as { registration: ServiceWorkerRegistration };
    const all = await registration.getNotifications();
    return all.map(({ title, body, tag }) => ({ title, body, tag }));
  });

/** What is pushed to somebody comes to our own service. */
async function subscribe({ page, name }: Person): Promise<void> {
  const subscription = service.subscription(name);
  const status = await page.evaluate(async (body) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/api/v1/me/push", { method: "PUT", headers, body: JSON.stringify(body) });
    return answer.status;
  }, subscription);
  expect(status).toBe(200);
}

/** Of the only notification there is. */
async function click(worker: Worker): Promise<void> {
  await worker.evaluate(async () => {
    const scope = self as unknown as EventTarget & { registration: ServiceWorkerRegistration };
    const [notification] = await scope.registration.getNotifications();
    const Click = (self as unknown as { NotificationEvent: new (type: string, init: object) => Event })
      .NotificationEvent;
    scope.dispatchEvent(new Click("notificationclick", { notification }));
  });
}

test("a mention reaches a device that looks elsewhere, and its notification leads to the message", async ({
  browser,
}) => {
  const ada = await Person.registered(browser, server, "ada");
  const bo = await Person.registered(browser, server, "bo");
  await ada.createChannel("general");
  await bo.joinFromDirectory("general");
  await ada.context.grantPermissions(["notifications"], { origin: server.url });
  const { page } = ada;
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await subscribe(ada);

  // She looks at another page: no window of Loggia has the focus.
  await page.goto(`${server.url}/api/docs`);
  await bo.send("lunch, @ada?");
  const { path, payload } = await service.next();
  expect(path).toBe("/ada");
  const told = JSON.parse(payload) as { title: string; body: string; channel: string; message: string };
  expect(told).toMatchObject({ title: "Bo · #general", body: "lunch, @ada?" });

  const other = await ada.context.newPage();
  await other.goto("about:blank");
  await page.close();
  const [worker] = ada.context.serviceWorkers();
  expect(worker).toBeDefined();
  const back = await ada.context.newPage();
  await back.goto(server.url);
  await back.evaluate(() => {
    // Headless windows always think that they have the focus.
    Object.defineProperty(document, "hasFocus", { value: () => false });
  });
  await worker!.evaluate(() => {
    // The focus that the worker asks for and sees is a window manager's, of which there is none here.
    const client = (self as unknown as { WindowClient: { prototype: object } }).WindowClient.prototype;
    Object.defineProperty(client, "focused", { get: () => false, configurable: true });
    Object.defineProperty(client, "focus", { value: () => Promise.resolve(), configurable: true });
  });
  await count(worker!);
  await deliver(back, payload);
  await expect.poll(() => counted(worker!)).toBe(1);
  await expect
    .poll(() => shown(worker!))
    .toEqual([{ title: "Bo · #general", body: "lunch, @ada?", tag: told.message }]);

  await click(worker!);
  await expect(back).toHaveURL(new RegExp(`#/c/${encodeURIComponent(told.channel)}`));
  await expect(back.getByTestId("message").filter({ hasText: "lunch, @ada?" })).toBeVisible();
  await expect.poll(() => shown(worker!)).toEqual([]);

  // What makes no sense is shown as such, for the browser wants something shown for every push.
  await deliver(back, "{");
  await expect.poll(() => counted(worker!)).toBe(2);
  await expect.poll(() => shown(worker!)).toEqual([{ title: "Loggia", body: "", tag: "loggia" }]);
  expect([...ada.complaints, ...bo.complaints]).toEqual([]);
});

test("a reminder that opens a window of its own is seen by that", async ({ browser }) => {
  const cy = await Person.registered(browser, server, "cy");
  await cy.createChannel("kitchen");
  await cy.context.grantPermissions(["notifications"], { origin: server.url });
  await cy.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await subscribe(cy);
  await cy.send("The oven is to be cleaned");
  await expect(cy.message("The oven")).not.toHaveAttribute("data-pending");
  const message = await cy.message("The oven").getAttribute("data-id");
  await cy.page.evaluate(async (id) => {
    const channel = location.hash.split("/")[2] ?? "";
    await fetch(`/api/v1/me/saved/${channel}/${id ?? ""}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ remind_ts: Date.now() + 1_500 }),
    });
  }, message);
  const [worker] = cy.context.serviceWorkers();
  const other = await cy.context.newPage();
  await cy.page.close();
  const { payload } = await service.next();
  expect(JSON.parse(payload)).toMatchObject({ kind: "reminder", message });

  await worker!.evaluate(() => {
    // Only a real click may open a window.
    const scope = self as unknown as { opened: string[]; clients: object };
    scope.opened = [];
    Object.defineProperty(scope.clients, "openWindow", {
      value: (url: string) => Promise.resolve(scope.opened.push(url)),
    });
  });
  await count(worker!);
  await deliver(other, payload);
  await expect.poll(() => counted(worker!)).toBe(1);
  await expect.poll(() => shown(worker!)).toMatchObject([{ tag: `reminder ${String(message)}` }]);
  await click(worker!);
  const opened = () => worker!.evaluate(() => (self as unknown as { opened: string[] }).opened);
  await expect.poll(opened).toHaveLength(1);

  const [address] = await opened();
  await other.goto(server.url + String(address));
  await expect(other.locator(`[data-id="${String(message)}"]`)).toHaveAttribute("data-flash", "true");
  const left = () =>
    other.evaluate(async () => {
      const { reminders_unread } = (await (await fetch("/api/v1/sync")).json()) as {
        reminders_unread: number;
      };
      return reminders_unread;
    });
  await expect.poll(left).toBe(0);
  await expect(other).toHaveTitle(/^#kitchen/);
});

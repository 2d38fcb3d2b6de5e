// Coming into channels: from the first page, from the directory, by a link that somebody sent.

import { type Browser, expect, type Locator, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
let ada: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await server.start();
  ada = await Person.registered(browser, server, "ada");
  await ada.createChannel("general", {
    topic: "Everything that has no better place, and ".repeat(5).slice(0, 180),
  });
});

test.afterAll(async () => {
  await ada?.context.close();
  await server.stop();
});

/** All of it is inside of the window. */
async function expectWithin(element: Locator): Promise<void> {
  const width = element.page().viewportSize()?.width ?? 0;
  await expect
    .poll(() => element.boundingBox().then((box) => box !== null && box.x >= 0 && box.x + box.width <= width))
    .toBe(true);
}

for (const width of [1280, 390]) {
  test(`a long topic pushes nothing out of the window, ${width} px`, async ({ browser }) => {
    const name = `wide${width}`;
    const bo = await Person.registered(browser, server, name, { viewport: { width, height: 844 } });
    const join = bo.page.getByRole("button", { name: "Join general" });
    await expectWithin(join);
    await bo.shot(`entering-first-${width}`);
    await bo.page.getByRole("button", { name: "Browse channels" }).last().click();
    await expectWithin(bo.page.getByRole("dialog").getByRole("button", { name: "Join general" }));
    await bo.shot(`entering-directory-${width}`);
    await bo.context.close();
  });
}

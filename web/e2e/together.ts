// Two people in one channel, for the whole of a file.

import { type BrowserContextOptions, expect, test } from "@playwright/test";
import { Person } from "./person";
import type { Server } from "./server";

/** Ada makes the channel and Bo joins it, before the first test; after each one neither page has complained. */
export function together(server: Server, channel: string, are: (ada: Person, bo: Person) => void): void {
  const people: Person[] = [];

  test.beforeAll(async ({ browser }) => {
    await server.start();
    const ada = await Person.enrolled(browser, server, "ada");
    people.push(ada);
    const bo = await Person.enrolled(browser, server, "bo");
    people.push(bo);
    const { id } = await ada.ask<{ id: string }>(server, "channels", { name: channel, alias: channel });
    await bo.ask(server, `channels/${id}/join`);
    for (const person of people) {
      await person.page.goto(server.url);
      await person.open(channel);
    }
    are(ada, bo);
  });

  test.afterAll(async () => {
    for (const person of people) await person.context.close();
    await server.stop();
  });

  test.afterEach(() => {
    expect(people.flatMap((person) => [...person.complaints])).toEqual([]);
  });
}

/** Ada's phone beside that: signed in, and without complaints after each test. */
export function withPhone(
  server: Server,
  options: BrowserContextOptions,
  is: (phone: Person) => void | Promise<void>,
): void {
  let phone: Person | undefined;

  test.beforeAll(async ({ browser }) => {
    phone = await Person.at(browser, server, "ada", options);
    await phone.signIn();
    await is(phone);
  });

  test.afterAll(async () => {
    await phone?.context.close();
  });

  test.afterEach(() => {
    expect([...(phone?.complaints ?? [])]).toEqual([]);
  });
}

// Two tabs of one browser: what one leaves behind the other sends, and both know who is signed in.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "harbour", (first, second) => {
  ada = first;
  bo = second;
});

const signOut = async ({ page }: Person) => {
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
};
const signedOut = ({ page }: Person) =>
  expect(page.getByRole("heading", { name: /^Sign in to/ })).toBeVisible();

test("what a closed tab left unsent is sent by the one that is open, once", async () => {
  const second = await ada.tab();
  await second.expectChannel("harbour");
  await server.kill();
  await second.send("Left in a closed tab");
  await expect(second.page.getByText("Waits for the connection")).toBeVisible();
  await second.page.close();
  await server.start();
  await expect(ada.page.getByTestId("connection-note")).toBeHidden({ timeout: 40_000 });
  await bo.sees("Left in a closed tab");
  await ada.sees("Left in a closed tab");
  await expect(ada.message("Left in a closed tab")).not.toHaveAttribute("data-tone", "pending");
});

test("two open tabs send what was written in both, and show it once", async () => {
  const second = await ada.tab();
  await second.expectChannel("harbour");
  await server.kill();
  await ada.send("Of the first tab");
  await second.send("Of the second tab");
  await expect(second.page.getByText("Waits for the connection")).toHaveCount(1);
  await server.start();
  for (const person of [ada, second, bo]) {
    for (const text of ["Of the first tab", "Of the second tab"]) {
      await expect(person.message(text)).toBeVisible({ timeout: 40_000 });
      await person.sees(text);
      await expect(person.message(text)).not.toHaveAttribute("data-tone", "pending");
    }
  }
  await second.page.close();
});

test("what is being sent as a tab is closed is taken over at once", async () => {
  const second = await ada.tab();
  await second.expectChannel("harbour");
  await second.page.route("**/messages", (route) =>
    route.request().method() === "POST" ? route.abort() : route.fallback(),
  );
  await second.send("Closed too early");
  await expect(second.page.getByText("Waits for the connection")).toBeVisible();
  await second.page.close({ runBeforeUnload: true });
  await bo.sees("Closed too early");
  await ada.sees("Closed too early");
});

test("signing out in one tab is no alarm in the other, and signing in leads both in again", async () => {
  const second = await ada.tab();
  await second.expectChannel("harbour");
  await signOut(second);
  for (const person of [second, ada]) await signedOut(person);
  await expect(ada.page.locator(".auth-note")).toHaveText("You signed out in another tab.");
  await expect(second.page.locator(".auth-note")).toHaveCount(0);
  await second.signIn();
  await expect(ada.page.locator("nav.sidebar")).toBeAttached();
  await ada.open("harbour");
  await ada.sees("Left in a closed tab");
  // One stream, one person: what is said arrives.
  await bo.send("Welcome back");
  await ada.sees("Welcome back");
  await second.page.close();
});

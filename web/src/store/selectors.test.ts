import { expect, it } from "vitest";
import { joinedChannels } from "./selectors";
import { reduce } from "./reducer";
import { channel, Log, started } from "./testing";

it("channels are in the order of the numbers in their names", () => {
  const log = new Log();
  const named = ["Class 10a", "Class 9", "Äpfel", "class 5b", "Class 5a"];
  const channels = named.map((name, at) => channel({ id: `!${String(at)}`, name }));
  const state = reduce(started(log), { type: "synced", sync: { ...log.sync(), channels }, known: [] });
  const names = joinedChannels(state).map(({ info }) => info.name);
  expect(names).toEqual(["Äpfel", "Class 5a", "class 5b", "Class 9", "Class 10a", "room"]);
});

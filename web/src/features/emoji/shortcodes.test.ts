import { expect, it } from "vitest";
import { charOf, emojiGroups } from "./emoji";
import { alike, signOf } from "./shortcodes";

it("a known name is its emoji, all else stays", () => {
  expect(signOf(":tada:", charOf)).toBe("🎉");
  expect(signOf(":+1:", charOf)).toBe("👍");
  expect(signOf(":tada:", null)).toBe(":tada:");
  expect(signOf(":nothing_such:", charOf)).toBe(":nothing_such:");
  expect(signOf("tada", charOf)).toBe("tada");
  expect(signOf("🎉", charOf)).toBe("🎉");
});

it("what is drawn alike is one reaction, in which nobody is counted twice", () => {
  const sign = (emoji: string) => signOf(emoji, charOf);
  const reactions = [
    { emoji: ":tada:", count: 12, users: ["@ada", "@bo"], me: true },
    { emoji: "👀", count: 1, users: ["@bo"] },
    { emoji: "🎉", count: 2, users: ["@bo", "@cy"] },
  ];
  expect(alike(reactions, sign)).toEqual([
    { emoji: "🎉", all: [":tada:", "🎉"], users: ["@ada", "@bo", "@cy"], count: 13, mine: [":tada:"] },
    { emoji: "👀", all: ["👀"], users: ["@bo"], count: 1, mine: [] },
  ]);
});

it("emoji are written as the server keeps them: without a sign that changes nothing", () => {
  const odd = emojiGroups
    .flatMap(({ emoji }) => emoji)
    .filter(({ char }) => /\p{Emoji_Presentation}\uFE0F/u.test(char));
  expect(odd).toEqual([]);
});

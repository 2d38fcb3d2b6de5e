import { describe, expect, it } from "vitest";
import type { StateFrame } from "../../api/frames";
import type { Attachment, FileKind, Message, SharedFile } from "../../api/types";
import { BO, Log, ROOM } from "../../store/testing";
import { filesOf, followed, kindOf, type Listed, type Page, SharedFiles } from "./shared";

const file = (name: string, media_type = "image/png"): Attachment => ({
  hash: name,
  name,
  media_type,
  size: 1,
});
const log = new Log();
const say = (...attachments: Attachment[]): Message => log.say(BO, "look", { attachments });
const of = (t: string, d: unknown, channel = ROOM): StateFrame =>
  ({ op: "event", t, channel, seq: log.head, d }) as unknown as StateFrame;
const names = (rows: readonly SharedFile[]) => rows.map(({ attachment }) => attachment.name);
const list = (next: string | null, ...messages: Message[]): Listed => ({
  rows: messages.flatMap((message) => filesOf(message, null)),
  next,
});

describe("the kind of a file", () => {
  it("is by its media type, as on the server", () => {
    const kinds = ["image/svg+xml", "video/mp4", "audio/ogg", "text/plain", "image", "IMAGE/png", ""];
    expect(kinds.map((type) => kindOf(file("x", type)))).toEqual([
      "image",
      "video",
      "audio",
      "other",
      "other",
      "other",
      "other",
    ]);
  });
});

describe("what a frame makes of the list", () => {
  const older = say(file("a"), file("b", "text/plain"));
  const newer = say(file("c"));
  const told = (listed: Listed, frame: StateFrame, kind: FileKind | null = null) => {
    const then = followed(listed, frame, ROOM, kind);
    return then && names(then.rows);
  };

  it("puts what was sent first, if it is of the kind", () => {
    const sent = say(file("d"), file("e", "text/plain"));
    expect(told(list(null, newer, older), of("message.created", sent))).toEqual(["d", "e", "c", "a", "b"]);
    expect(told(list(null, newer), of("message.created", sent), "other")).toEqual(["e", "c"]);
    expect(told(list(null, newer), of("message.created", sent, "!other"))).toEqual(["c"]);
    const words = say();
    const listed = list(null, newer);
    expect(followed(listed, of("message.created", words), ROOM, null)).toBe(listed);
  });

  it("hears the same twice as once", () => {
    expect(told(list(null, newer, older), of("message.created", older))).toEqual(["c", "a", "b"]);
  });

  it("takes away what was deleted, or is told as deleted", () => {
    expect(told(list(null, newer, older), of("message.deleted", { id: older.id }))).toEqual(["c"]);
    const gone = { ...newer, deleted: true, attachments: [] };
    expect(told(list("x", newer, older), of("message.updated", gone))).toEqual(["a", "b"]);
  });

  it("follows an edit where the message stands", () => {
    const edited = { ...newer, attachments: [file("f"), file("g")] };
    expect(told(list("x", newer, older), of("message.edited", edited))).toEqual(["f", "g", "a", "b"]);
  });

  it("leaves what stands beyond the last page to its page", () => {
    expect(told(list("x", newer), of("message.updated", older))).toEqual(["c"]);
    expect(told(list(null, newer), of("message.updated", older))).toEqual(["c", "a", "b"]);
  });

  it("is read anew where the page may end in the midst of what changed, and after a gap", () => {
    const half: Listed = { rows: filesOf(older, null).slice(0, 1), next: "x" };
    expect(told(half, of("message.edited", { ...older, text: "other words" }))).toEqual(["a"]);
    expect(told(half, of("message.edited", { ...older, attachments: [] }))).toBeNull();
    const resync = (channel: string) => ({ op: "resync", d: { heads: { [channel]: 9 } } }) as StateFrame;
    expect(told(half, resync(ROOM))).toBeNull();
    expect(told(half, resync("!other"))).toEqual(["a"]);
  });
});

describe("the list of a channel's files", () => {
  const one = say(file("one"));
  const two = say(file("two"));
  const three = say(file("three"));
  const page = (next: string | null, ...messages: Message[]): Page => ({
    files: messages.flatMap((message) => filesOf(message, null)),
    next,
  });

  function start() {
    const asked: { cursor: string | null; answer: (page: Page) => void; refuse: (error: Error) => void }[] =
      [];
    const seen: string[][] = [];
    const failures: unknown[] = [];
    const ask = (cursor: string | null) =>
      new Promise<Page>((answer, refuse) => asked.push({ cursor, answer, refuse }));
    const told = {
      list: ({ rows }: Listed) => seen.push(names(rows)),
      failed: (error: unknown) => failures.push(error),
    };
    return { asked, seen, failures, files: new SharedFiles(ROOM, null, ask, told) };
  }

  it("goes on page by page, and asks for none twice", async () => {
    const { files, asked, seen } = start();
    const loading = files.load();
    void files.load();
    asked[0]?.answer(page("x", three));
    await loading;
    const growing = files.more();
    void files.more();
    asked[1]?.answer(page(null, two, one));
    await growing;
    await files.more();
    expect(asked.map(({ cursor }) => cursor)).toEqual([null, "x"]);
    expect(seen).toEqual([["three"], ["three", "two", "one"]]);
  });

  it("makes up for what was heard while it was on its way", async () => {
    const { files, asked, seen } = start();
    const loading = files.load();
    files.hear([of("message.created", three), of("message.deleted", { id: one.id })]);
    asked[0]?.answer(page(null, two, one));
    await loading;
    expect(seen.at(-1)).toEqual(["three", "two"]);
  });

  it("is read anew after a gap, and a page that was on its way then is passed over", async () => {
    const { files, asked, seen } = start();
    const loading = files.load();
    asked[0]?.answer(page("x", two));
    await loading;
    const growing = files.more();
    files.hear([{ op: "resync", d: { heads: { [ROOM]: 9 } } }]);
    asked[2]?.answer(page("y", three));
    await new Promise((done) => setTimeout(done));
    asked[1]?.answer(page(null, one));
    await growing;
    expect(seen.at(-1)).toEqual(["three"]);
  });

  it("says when its beginning could not be had, and leaves a later page to who asked", async () => {
    const { files, asked, seen, failures } = start();
    const failing = files.load();
    asked[0]?.refuse(new Error("away"));
    await failing;
    expect(failures).toEqual([new Error("away")]);
    const loading = files.load();
    asked[1]?.answer(page("x", two));
    await loading;
    const growing = files.more();
    asked[2]?.refuse(new Error("away again"));
    await expect(growing).rejects.toThrow("away again");
    expect(seen).toEqual([["two"]]);
  });
});

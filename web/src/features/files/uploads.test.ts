import { describe, expect, it } from "vitest";
import type { Uploaded } from "../../api/files";
import { type KeptFile, Uploads } from "./uploads";

const bounds = { most: 10, largest: undefined };
/** Bytes are known by what they are, as on the server. */
const uploads = () => new Uploads(async (file) => ({ hash: await file.text(), name: file.name }));
const uploaded = (of: Uploads) => expect.poll(() => of.get().every((chip) => chip.uploaded)).toBe(true);

describe("files that are going to be sent", () => {
  it("are two where they have two names, also with the same bytes", async () => {
    const these = uploads();
    these.add([new File(["x"], "a.txt"), new File(["x"], "b.txt")], bounds);
    await uploaded(these);
    expect(these.take()).toEqual([
      { hash: "x", name: "a.txt" },
      { hash: "x", name: "b.txt" },
    ]);
    expect(these.get()).toEqual([]);
  });

  it("go on where they were when they are tried again", async () => {
    const tried: (string | undefined)[] = [];
    const these = new Uploads(async (file, { begun, onBegun, onProgress }) => {
      tried.push(begun);
      if (begun) return { hash: "x", name: file.name };
      onBegun?.("/api/v1/files/parts/1");
      onProgress(0.5);
      throw new Error("cut");
    });
    these.add([new File(["x"], "a.txt")], bounds);
    await expect.poll(() => these.get()[0]?.error).toBeDefined();
    these.retry(these.get()[0]?.key ?? "");
    expect(these.get()[0]).toMatchObject({ progress: 0.5 });
    await uploaded(these);
    expect(tried).toEqual([undefined, "/api/v1/files/parts/1"]);
  });

  it("are one where the same was picked twice, and each is left out by itself", async () => {
    const these = uploads();
    these.add([new File(["x"], "a.txt"), new File(["x"], "a.txt"), new File(["x"], "b.txt")], bounds);
    await uploaded(these);
    these.remove(these.get()[2]?.key ?? "");
    expect(these.take()).toEqual([{ hash: "x", name: "a.txt" }]);
  });

  it("go with what is said of them, also before they are there", async () => {
    const these = uploads();
    these.add([new File(["x"], "a.png"), new File(["y"], "b.png")], bounds);
    const [first, second] = these.get();
    these.describe(first?.key ?? "", "A map");
    these.describe(second?.key ?? "", "Nothing");
    these.describe(second?.key ?? "", "");
    await uploaded(these);
    expect(these.take()).toEqual([
      { hash: "x", name: "a.png", description: "A map" },
      { hash: "y", name: "b.png" },
    ]);
  });

  it("keep what was said when the same was picked twice", async () => {
    const these = uploads();
    these.add([new File(["x"], "a.png"), new File(["x"], "a.png")], bounds);
    await uploaded(these);
    these.describe(these.get()[1]?.key ?? "", "A map");
    expect(these.take()).toEqual([{ hash: "x", name: "a.png", description: "A map" }]);
  });

  it("keep what was said when they are tried again", async () => {
    let fails = true;
    const these = new Uploads(async (file) => {
      if (fails) throw new Error("cut");
      return { hash: await file.text(), name: file.name };
    });
    these.add([new File(["x"], "a.png")], bounds);
    const key = these.get()[0]?.key ?? "";
    these.describe(key, "A map");
    await expect.poll(() => these.get()[0]?.error).toBeDefined();
    fails = false;
    these.retry(key);
    await uploaded(these);
    expect(these.take()).toEqual([{ hash: "x", name: "a.png", description: "A map" }]);
  });

  it("are found again after a reload for as long as the server has them, and not once they are sent", async () => {
    let kept: readonly KeptFile[] = [];
    const reloaded = () =>
      new Uploads(async (file) => ({ hash: await file.text(), name: file.name }), {
        read: () => kept,
        write: (files) => (kept = files),
      });
    const before = reloaded();
    before.add([new File(["x"], "a.png", { type: "image/png" }), new File(["yy"], "b.txt")], bounds);
    await uploaded(before);
    before.describe(before.get()[1]?.key ?? "", "Two letters");
    before.forget();

    const after = reloaded();
    expect(after.get().map(({ file }) => file)).toEqual([
      { name: "a.png", size: 1, type: "image/png" },
      { name: "b.txt", size: 2, type: "" },
    ]);
    after.remove(after.get()[0]?.key ?? "");
    const last = reloaded();
    expect(last.take()).toEqual([{ hash: "yy", name: "b.txt", description: "Two letters" }]);
    expect(reloaded().get()).toEqual([]);

    kept = [{ hash: "x", name: "a.png", size: 1, type: "image/png", since: Date.now() - 24 * 3_600_000 }];
    expect(reloaded().get()).toEqual([]);
  });

  it("stay remembered when one that was on its way arrives after all", async () => {
    let kept: readonly KeptFile[] = [
      { hash: "x", name: "a.txt", size: 1, type: "", since: Date.now() - 1_000 },
    ];
    const before = kept;
    let arrive = (): void => undefined;
    const late = new Promise<Uploaded>((resolve) => (arrive = () => resolve({ hash: "y", name: "b.txt" })));
    const these = new Uploads(() => late, { read: () => kept, write: (files) => (kept = files) });
    these.add([new File(["y"], "b.txt")], bounds);
    these.forget();
    arrive();
    await late;
    expect([these.get(), kept]).toEqual([[], before]);
  });
});

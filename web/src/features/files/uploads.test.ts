import { describe, expect, it } from "vitest";
import { Uploads } from "./uploads";

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
});

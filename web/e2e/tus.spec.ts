// Uploads in parts by tus 1.0, with the library that the web client ships, in a browser: creation, going on after a cut,
// checksums, termination.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, expect, type Page, test } from "@playwright/test";
import type * as Tus from "tus-js-client";
import { Person } from "./person";
import { Server } from "./server";

declare global {
  interface Window {
    tus: typeof Tus;
    /** Cuts the line; answers when it is cut. */
    cut: () => Promise<void>;
    /** The file that is uploaded: the same after a reload. */
    made: (name: string) => File;
    /** `again` goes on with what an earlier page began. */
    uploaded: (file: File, options: Tus.UploadOptions, again?: boolean) => Promise<Outcome>;
    checksum: (file: File, algorithm: "SHA-1" | "SHA-256", from: number, to: number) => Promise<string>;
  }
}

interface Outcome {
  /** What the server says that the file is. */
  hash: string | null;
  status: number | null;
  body: string;
  url: string | null;
}

const LIBRARY = createRequire(import.meta.url).resolve("tus-js-client/dist/tus.min.js");
const SIZE = 1_500_000;
const PART = 400_000;
const bytes = (name: string) =>
  Buffer.from(Uint8Array.from({ length: SIZE }, (_, at) => (at * 31 + (at >> 8) + name.length) % 256));
const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("base64url");

const server = new Server();
let person: Person;
/** Requests of tus: method, offset, status. */
let asked: string[] = [];

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await server.start();
  person = await Person.registered(browser, server, "ada");
  person.page.on("response", (response) => {
    const request = response.request();
    if (!request.headers()["tus-resumable"]) return;
    asked.push(
      [request.method(), request.headers()["upload-offset"], response.status()]
        .filter((word) => word !== undefined)
        .join(" "),
    );
  });
  await person.page.exposeFunction("cut", () => server.kill());
  await prepare(person.page);
});

test.beforeEach(() => {
  asked = [];
});

test.afterAll(async () => {
  expect(person.complaints).toEqual([]);
  await person.context.close();
  await server.stop();
});

/** Puts the library and what the tests use of it into the page. */
async function prepare(page: Page): Promise<void> {
  await page.evaluate(readFileSync(LIBRARY, "utf8"));
  await page.evaluate((size) => {
    window.made = (name) => {
      const content = Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8) + name.length) % 256);
      return new File([content], name, { type: "application/octet-stream", lastModified: 1_000 });
    };
    window.uploaded = async (file, options, again = false) => {
      let hash: string | null = null;
      let end: (error: Error | null) => void = () => undefined;
      const ended = new Promise<Error | null>((resolve) => (end = resolve));
      const upload = new window.tus.Upload(file, {
        ...options,
        endpoint: "/api/v1/files",
        metadata: { filename: file.name },
        onAfterResponse: (_, response) => {
          hash = response.getHeader("loggia-file") ?? hash;
        },
        onSuccess: () => end(null),
        onError: end,
      });
      const [before] = again ? await upload.findPreviousUploads() : [];
      if (before) upload.resumeFromPreviousUpload(before);
      upload.start();
      const error = await ended;
      const response = error instanceof window.tus.DetailedError ? error.originalResponse : null;
      return {
        hash,
        status: response?.getStatus() ?? null,
        body: response?.getBody() ?? "",
        url: upload.url,
      };
    };
    window.checksum = async (file, algorithm, from, to) => {
      const sum = await crypto.subtle.digest(algorithm, await file.slice(from, to).arrayBuffer());
      const text = btoa(String.fromCharCode(...new Uint8Array(sum)));
      return `${algorithm.replace("-", "").toLowerCase()} ${text}`;
    };
  }, SIZE);
}

/** The hash of what is given when it is asked for. */
async function stored(hash: string | null): Promise<string> {
  const found = await person.page.evaluate(async (hash) => {
    const answer = await fetch(`/api/v1/files/${String(hash)}/file`);
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.arrayBuffer()));
    return { status: answer.status, sum: [...sum] };
  }, hash);
  expect(found.status).toBe(200);
  return Buffer.from(found.sum).toString("base64url");
}

const headers = (url: string | null) =>
  person.page.evaluate(async (url) => {
    const answer = await fetch(url ?? "", { method: "HEAD", headers: { "tus-resumable": "1.0.0" } });
    return { status: answer.status, offset: answer.headers.get("upload-offset") };
  }, url);

test("says what it speaks", async () => {
  const told = await person.page.evaluate(async () => {
    const { headers, status } = await fetch("/api/v1/files", { method: "OPTIONS" });
    return [
      status,
      headers.get("tus-version"),
      headers.get("tus-extension")?.split(","),
      headers.get("tus-checksum-algorithm"),
    ];
  });
  expect(told).toEqual([
    204,
    "1.0.0",
    expect.arrayContaining(["creation", "termination", "checksum"]),
    "sha1,sha256",
  ]);
});

test("a file in parts is the file", async () => {
  const done = await person.page.evaluate(
    (chunkSize) => window.uploaded(window.made("whole"), { chunkSize, retryDelays: null }),
    PART,
  );
  expect(done).toMatchObject({ status: null, hash: sha256(bytes("whole")) });
  const offsets = [0, PART, 2 * PART, 3 * PART].map((offset) => `PATCH ${String(offset)} 204`);
  expect(asked).toEqual(["POST 201", ...offsets]);
  expect(await stored(done.hash)).toBe(sha256(bytes("whole")));
});

test("goes on where it was cut, by itself", async () => {
  const ended = person.page.evaluate((chunkSize) => {
    let parts = 0;
    return window.uploaded(window.made("patient"), {
      chunkSize,
      retryDelays: Array.from({ length: 60 }, () => 250),
      onBeforeRequest: async (request) => {
        if (request.getMethod() !== "PATCH") return;
        parts += 1;
        if (parts === 3) await window.cut();
      },
    });
  }, PART);
  await person.page.waitForEvent("requestfailed", (request) => request.method() === "PATCH");
  await server.start();
  const done = await ended;
  expect(done).toMatchObject({ status: null, hash: sha256(bytes("patient")) });
  // Nothing that was there is sent again.
  const parts = asked.filter((each) => each.startsWith("PATCH"));
  expect(parts).toEqual([0, PART, 2 * PART, 3 * PART].map((offset) => `PATCH ${String(offset)} 204`));
  expect(asked).toContain("HEAD 200");
});

test("goes on after the server died and the page was closed", async () => {
  const cut = await person.page.evaluate((chunkSize) => {
    let parts = 0;
    return window.uploaded(window.made("late"), {
      chunkSize,
      retryDelays: null,
      onBeforeRequest: async (request) => {
        if (request.getMethod() !== "PATCH") return;
        parts += 1;
        if (parts === 3) await window.cut();
      },
    });
  }, PART);
  expect(cut).toMatchObject({ hash: null, status: null });
  expect(asked).toEqual(["POST 201", "PATCH 0 204", `PATCH ${String(PART)} 204`]);
  await server.start();
  await person.page.reload();
  await prepare(person.page);
  asked = [];
  const done = await person.page.evaluate(
    (chunkSize) => window.uploaded(window.made("late"), { chunkSize, retryDelays: null }, true),
    PART,
  );
  expect(done).toMatchObject({ status: null, hash: sha256(bytes("late")), url: cut.url });
  expect(asked).toEqual(["HEAD 200", `PATCH ${String(2 * PART)} 204`, `PATCH ${String(3 * PART)} 204`]);
  expect(await stored(done.hash)).toBe(sha256(bytes("late")));
});

test("a part that is not what its checksum says is not taken", async () => {
  for (const algorithm of ["SHA-1", "SHA-256"] as const) {
    const name = `sum of ${algorithm}`;
    const send = (rightFrom: number, url: string | null) =>
      person.page.evaluate(
        ({ algorithm, name, chunkSize, rightFrom, url }) => {
          const file = window.made(name);
          let parts = 0;
          return window.uploaded(file, {
            chunkSize,
            retryDelays: null,
            ...(url ? { uploadUrl: url } : {}),
            onBeforeRequest: async (request) => {
              if (request.getMethod() !== "PATCH") return;
              const from = Number(request.getHeader("Upload-Offset"));
              // The sum of other bytes: as if these had been changed on their way.
              const right = parts >= rightFrom || parts === 0;
              parts += 1;
              const start = right ? from : from + 1;
              request.setHeader(
                "Upload-Checksum",
                await window.checksum(file, algorithm, start, from + chunkSize),
              );
            },
          });
        },
        { algorithm, name, chunkSize: PART, rightFrom, url },
      );
    asked = [];
    const refused = await send(99, null);
    expect(refused).toMatchObject({ hash: null, status: 460 });
    expect(JSON.parse(refused.body)).toMatchObject({ code: "checksum_mismatch" });
    expect(asked).toEqual(["POST 201", "PATCH 0 204", `PATCH ${String(PART)} 460`]);
    // Nothing of it was kept: it is sent again from where it began.
    expect(await headers(refused.url)).toEqual({ status: 200, offset: String(PART) });
    const done = await send(0, refused.url);
    expect(done).toMatchObject({ status: null, hash: sha256(bytes(name)) });
    expect(await stored(done.hash)).toBe(sha256(bytes(name)));
  }
});

test("what is given up is gone", async () => {
  const url = await person.page.evaluate((chunkSize) => {
    return new Promise<string | null>((resolve, reject) => {
      const upload = new window.tus.Upload(window.made("unwanted"), {
        endpoint: "/api/v1/files",
        metadata: { filename: "unwanted" },
        chunkSize,
        retryDelays: null,
        onError: reject,
        onChunkComplete: () => void upload.abort(true).then(() => resolve(upload.url), reject),
      });
      upload.start();
    });
  }, PART);
  expect(asked.slice(0, 2)).toEqual(["POST 201", "PATCH 0 204"]);
  expect(asked.at(-1)).toBe("DELETE 204");
  expect((await headers(url)).status).toBe(404);
});

test("a chip that is left out on its way gives its upload up", async () => {
  const { page } = person;
  await person.createChannel("gallery");
  await page.route("**/files/uploads/*", async (route) => {
    if (route.request().method() === "PATCH") return;
    await route.continue();
  });
  const created = page.waitForResponse(
    (response) => response.request().method() === "POST" && response.status() === 201,
  );
  await page
    .getByTestId("conversation")
    .getByTestId("attach-input")
    .setInputFiles({
      name: "large.bin",
      mimeType: "application/octet-stream",
      buffer: Buffer.alloc(6 * 1024 * 1024, "loggia"),
    });
  const url = (await created).headers()["location"] ?? "";
  const given = page.waitForResponse((response) => response.request().method() === "DELETE");
  await page.getByRole("button", { name: "Leave large.bin out" }).click();
  expect((await given).status()).toBe(204);
  await expect(page.getByTestId("chip")).toHaveCount(0);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  expect((await headers(url)).status).toBe(404);
});

/**
 * The specification's JSON Schemas against its test vectors: each accepts what is valid of its kind and refuses what is not.
 * It stands here because patterns of JSON Schema are JavaScript's, and so is their best-kept judge.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";

interface Vector {
  id: string;
  why: string;
  input: Record<string, unknown>;
  expect: { ok?: unknown; reject?: string };
}
interface Item {
  entry: object;
  event: string;
  signature: string;
  void?: string;
}
interface VectorFile {
  logs?: Record<string, Item[]>;
  vectors: Vector[];
}

const SPEC = new URL("../../spec/", import.meta.url);
const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, SPEC), "utf8")) as T;
const names = (directory: string) => readdirSync(new URL(directory, SPEC)).sort();

const ajv = new Ajv2020({ strict: false, allErrors: false });
for (const name of names("schemas")) ajv.addSchema(read<object>(`schemas/${name}`));
const fits = (schema: string, value: unknown) => ajv.validate(schema, value) === true;

/** What is wrong with the octets, not with the value: no schema sees it. */
const OF_OCTETS = ["too_large", "bad_json", "not_canonical"];

/** What is wrong with the value and cannot be said in a schema. Each is accepted: what a schema can say leaves the list. */
const UNSAID: Record<string, string> = {
  "events/EVENT-6/6": "the length of a key counts octets, a schema counts characters",
  "rules/contents/AUTH-14/23": "state.key and content agree",
  "rules/contents/AUTH-14/24": "a public key is a point",
  "rules/founding/SIGN-3/1": "a public key is a point",
  "rules/founding/AUTH-12/5": "host and sender agree",
  "rules/founding/AUTH-12/6": "the key ids agree",
  "rules/founding/AUTH-12/9": "the creator is among the people",
  "rules/founding/AUTH-12/10": "the people are sorted",
  "rules/founding/AUTH-12/13": "entry 0 is of one type",
  "rules/settings/AUTH-52/2": "the patterns of two lists are counted together",
  "documents/check/KEYDOC-2/5": "a public key is a point",
  "documents/check/KEYDOC-4/11": "key ids are compared with each other",
  "documents/check/KEYDOC-4/12": "times are compared with each other",
};

/** What is wrong with documents that no schema sees: signatures, times, who asks whom. */
const OF_DOCUMENTS = [
  "bad_signature",
  "not_now",
  "other_server",
  "insecure_key",
  "key_unknown",
  "key_expired",
];

const text = (vector: Vector) => JSON.parse(vector.input["text"] as string) as unknown;

const unsaid = new Set<string>();

/** Fails with every vector that a schema judges otherwise than it should. */
function check(cases: { vector: Vector; valid: boolean; accepted: boolean }[]) {
  expect(cases.length).toBeGreaterThan(0);
  const wrong = cases.filter(({ vector, valid, accepted }) => {
    if (!(vector.id in UNSAID)) return valid !== accepted;
    unsaid.add(vector.id);
    return valid || !accepted;
  });
  expect(
    wrong.map(({ vector, accepted }) => `${vector.id} (${vector.why}): accepted is ${accepted}`),
  ).toEqual([]);
}

describe("objects", () => {
  it.each([
    ["events/headers.json", "event.json"],
    ["events/bodies.json", "body.json"],
    ["log/entries.json", "entry.json"],
    ["log/heads.json", "head.json"],
  ])("%s", (file, schema) => {
    const { vectors } = read<VectorFile>(`vectors/${file}`);
    const seen = vectors.filter(
      ({ input, expect: { reject } }) => "text" in input && !OF_OCTETS.includes(reject ?? ""),
    );
    // A signature that does not verify is one all the same.
    check(
      seen.map((vector) => ({
        vector,
        valid: vector.expect.reject !== "bad_header",
        accepted: fits(schema, text(vector)),
      })),
    );
  });

  it("evidence", () => {
    const { vectors } = read<VectorFile>("vectors/log/evidence.json");
    check(
      vectors.map((vector) => ({
        vector,
        valid: true,
        accepted: fits("evidence.json", vector.input["evidence"]),
      })),
    );
    const sound = vectors[0]?.input["evidence"] as object;
    expect(fits("evidence.json", { ...sound, b: undefined })).toBe(false);
    expect(fits("evidence.json", { ...sound, proof: null })).toBe(false);
    expect(fits("evidence.json", { ...sound, note: "" })).toBe(false);
  });

  it("names", () => {
    const { vectors } = read<VectorFile>("vectors/names/names.json");
    check(
      vectors.map((vector) => ({
        vector,
        valid: "ok" in vector.expect,
        accepted: fits(`names.json#/$defs/${vector.input["kind"] as string}`, vector.input["name"]),
      })),
    );
  });
});

describe("what rules judge", () => {
  it.each(names("vectors/rules"))("%s", (file) => {
    const { logs = {}, vectors } = read<VectorFile>(`vectors/rules/${file}`);
    const made = vectors.filter(({ input }) => (input["event"] as string).startsWith("{"));
    check(
      made.map((vector) => ({
        vector,
        valid: vector.expect.reject !== "bad_header" && vector.expect.reject !== "too_large",
        accepted: fits("event.json", JSON.parse(vector.input["event"] as string)),
      })),
    );
    for (const { entry, event, signature, void: rule } of Object.values(logs).flat()) {
      const line = { entry, event: JSON.parse(event) as unknown, signature };
      expect(fits("export-line.json", { kind: "entry", line: rule ? { ...line, void: rule } : line })).toBe(
        true,
      );
    }
  });
});

describe("lines of an export", () => {
  const { logs = {} } = read<VectorFile>("vectors/rules/access.json");
  const item = logs["full"]?.at(-1) as Item;
  const sound = {
    entry: item.entry,
    event: JSON.parse(item.event) as unknown,
    signature: item.signature,
    body: { content: { text: "hi" }, salt: "AAAAAAAAAAAAAAAAAAAAAA" },
  };
  it("export/files.json", () => {
    const { vectors } = read<VectorFile>("vectors/export/files.json");
    let refused = 0;
    for (const { id, input, expect: outcome } of vectors) {
      const lines = (input["text"] as string).split("\n").filter((line) => line !== "");
      let fitting: boolean;
      try {
        fitting = lines.every((line) => fits("export-line.json", JSON.parse(line)));
      } catch {
        fitting = false;
      }
      if ("ok" in outcome) expect([id, fitting]).toEqual([id, true]);
      refused += fitting ? 0 : 1;
    }
    // What is refused is wrong, but not all that is wrong is seen in a line: order, hashes, signatures.
    expect(refused).toBeGreaterThan(8);
  });

  const head = read<VectorFile>("vectors/log/heads.json").vectors.find(
    ({ expect }) => "ok" in expect,
  ) as Vector;
  const channel = (JSON.parse(item.event) as { channel: string }).channel;

  it.each<[string, object]>([
    ["an entry", { kind: "entry", line: sound }],
    [
      "an event that is none",
      { kind: "entry", line: { ...sound, body: undefined, event: [1], void: "AUTH-3" } },
    ],
    ["a head", { kind: "head", line: text(head) as object }],
    ["the first line", { kind: "channel", line: { channel, format: 1 } }],
  ])("%s", (_why, line) => {
    // As it is written: what is undefined is absent.
    expect(fits("export-line.json", JSON.parse(JSON.stringify(line)))).toBe(true);
  });

  it.each<[string, object]>([
    ["a body that is a text", { kind: "entry", line: { ...sound, body: "hi" } }],
    ["a body that is null", { kind: "entry", line: { ...sound, body: null } }],
    ["a body without salt", { kind: "entry", line: { ...sound, body: { content: {} } } }],
    ["a body with a third member", { kind: "entry", line: { ...sound, body: { ...sound.body, kid: "k1" } } }],
    ["void by no rule", { kind: "entry", line: { ...sound, void: true } }],
    ["no signature", { kind: "entry", line: { ...sound, signature: null } }],
    ["no event", { kind: "entry", line: { entry: item.entry, signature: item.signature } }],
    ["an entry as a head", { kind: "head", line: sound }],
    ["another format", { kind: "channel", line: { channel, format: 2 } }],
    ["another kind", { kind: "body", line: sound.body }],
    ["one member more", { kind: "entry", line: sound, note: "" }],
  ])("not %s", (_why, line) => {
    expect(fits("export-line.json", line)).toBe(false);
  });
});

describe("key documents", () => {
  it("documents/check.json", () => {
    const { vectors } = read<VectorFile>("vectors/documents/check.json");
    const shaped = vectors.filter(
      ({ input, expect: { reject } }) => "text" in input && !OF_OCTETS.includes(reject ?? ""),
    );
    check(
      shaped.map((vector) => ({
        vector,
        valid: !vector.expect.reject || OF_DOCUMENTS.includes(vector.expect.reject),
        accepted: fits("key-document.json", text(vector)),
      })),
    );
  });

  it("key sets", () => {
    const { vectors } = read<VectorFile>("vectors/documents/chain.json");
    for (const { input } of vectors) {
      expect(fits("key-document.json#/$defs/set", input["known"])).toBe(true);
      expect(fits("key-document.json#/$defs/set", input["shown"])).toBe(true);
    }
  });
});

interface Sent {
  method: string;
  target: string;
  body: string | null;
}
interface Exchange {
  request: Sent;
  response: { status: number; body: string | null };
}
interface Operation {
  operationId: string;
  requestBody?: unknown;
  responses: Record<string, { content?: Record<string, unknown> }>;
}

describe("what servers send each other", () => {
  const api = JSON.parse(readFileSync(new URL("../openapi/federation.json", SPEC), "utf8")) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const defined = read<{ $defs: Record<string, object> }>("schemas/federation.json").$defs;

  function operationOf({ method, target }: Sent): Operation | undefined {
    const path = target.split("?")[0]?.replace("/federation/v1", "") ?? "";
    const fitting = operations.find(
      (one) => one.method === method && new RegExp(`^${one.path.replace(/\{\w+\}/g, "[^/]+")}$`).test(path),
    );
    return fitting?.operation;
  }

  it("has a schema for each operation's request and answer", () => {
    const wanted = operations.flatMap(({ operation: { operationId, requestBody, responses } }) => [
      ...(requestBody ? [operationId] : []),
      ...Object.entries(responses)
        .filter(([status, { content }]) => status.startsWith("2") && content?.["application/json"])
        .map(([status]) => `${operationId}.${status}`),
    ]);
    expect(wanted.length).toBeGreaterThan(20);
    const kept = Object.keys(defined).filter((name) => /^(get|post)_/.test(name));
    expect(kept.sort()).toEqual(wanted.sort());
  });

  it("two-servers.json", () => {
    const { steps } = read<{ steps: { exchanges: Exchange[] }[] }>("transcripts/two-servers.json");
    let seen = 0;
    for (const { request, response } of steps.flatMap((step) => step.exchanges)) {
      if (request.target.startsWith("/.well-known/")) {
        expect(fits("key-document.json", JSON.parse(response.body ?? ""))).toBe(true);
        continue;
      }
      const id = operationOf(request)?.operationId ?? "none";
      const sent: [string, string | null][] = [
        [id, request.body],
        [`${id}.${String(response.status)}`, response.body],
      ];
      for (const [name, body] of sent) {
        if (body === null) continue;
        seen += 1;
        expect([name, fits(`federation.json#/$defs/${name}`, JSON.parse(body))]).toEqual([name, true]);
      }
    }
    expect(seen).toBeGreaterThan(25);
  });

  it("replies.json", () => {
    const { vectors } = read<VectorFile>("vectors/federation/replies.json");
    let refused = 0;
    for (const { why, input, expect: outcome } of vectors) {
      const request = (input["requests"] as Sent[]).at(-1);
      const id = request && operationOf(request)?.operationId;
      const reject = outcome.reject ?? "";
      // A parser hides that a member was there twice, and how a value was spelt.
      const hidden = why === "a member twice" || why.endsWith("in another spelling");
      const ofShape = !["unsupported_media_type", "bad_digest"].includes(reject) && !hidden;
      if (!id || !request.body || !ofShape) continue;
      let value: unknown;
      try {
        value = JSON.parse(request.body);
      } catch {
        continue;
      }
      const shaped = reject !== "bad_json" && reject !== "too_large";
      refused += shaped ? 0 : 1;
      expect([why, fits(`federation.json#/$defs/${id}`, value)]).toEqual([why, shaped]);
    }
    expect(refused).toBeGreaterThan(8);
  });
});

it("lists nothing that is not so", () => {
  expect([...unsaid].sort()).toEqual(Object.keys(UNSAID).sort());
});

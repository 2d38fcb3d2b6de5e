// A push service for a test file, by TLS, and the keys of the device behind it: what the server sends is decrypted as a
// browser does (RFC 8291, aes128gcm of RFC 8188).

import { execFileSync } from "node:child_process";
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";

const NAME = "push.test";
const WAIT_MS = 30_000;

export interface Arrived {
  /** To which device. */
  path: string;
  /** JSON, for the service worker. */
  payload: string;
}

export class PushService {
  private readonly place = mkdtempSync(join(tmpdir(), "loggia-push-"));
  private readonly device = createECDH("prime256v1");
  private readonly secret = randomBytes(16);
  private readonly arrived: Arrived[] = [];
  private readonly waiting: (() => void)[] = [];
  private server: Server | null = null;
  private taken = 0;

  constructor() {
    this.device.generateKeys();
  }

  /** The settings of a server whose pushes come here. */
  async start(): Promise<Record<string, string>> {
    const openssl = (command: string) =>
      execFileSync("openssl", command.split(" "), { cwd: this.place, stdio: "pipe" });
    const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(`req -x509 ${key} -days 2 -keyout ca.key -out ca.pem -subj /CN=authority`);
    openssl(`req ${key} -keyout own.key -out own.csr -subj /CN=${NAME} -addext subjectAltName=DNS:${NAME}`);
    openssl(
      "x509 -req -in own.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy -out own.pem",
    );
    const file = (name: string) => readFileSync(join(this.place, name));
    const server = createServer({ key: file("own.key"), cert: file("own.pem") }, (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        this.arrived.push({ path: request.url ?? "", payload: this.decrypt(Buffer.concat(parts)) });
        for (const done of this.waiting.splice(0)) done();
        response.writeHead(201).end();
      });
    });
    this.server = server;
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    return {
      LOGGIA_PUSH__RESOLVE: `${NAME}=127.0.0.1:${port}`,
      LOGGIA_PUSH__EXTRA_ROOT_CA: join(this.place, "ca.pem"),
      LOGGIA_PUSH__DELAY_MS: "100",
    };
  }

  /** What a browser would tell the server of its subscription. */
  subscription(device: string) {
    const text = (bytes: Buffer) => bytes.toString("base64url");
    const keys = { p256dh: text(this.device.getPublicKey()), auth: text(this.secret) };
    return { endpoint: `https://${NAME}/${device}`, keys, scope: "mine" as const };
  }

  async next(): Promise<Arrived> {
    const deadline = Date.now() + WAIT_MS;
    while (this.arrived.length <= this.taken) {
      if (Date.now() > deadline) throw new Error("nothing was pushed");
      await Promise.race([
        new Promise<void>((done) => this.waiting.push(done)),
        new Promise((done) => setTimeout(done, WAIT_MS)),
      ]);
    }
    return this.arrived[this.taken++]!;
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
    rmSync(this.place, { recursive: true, force: true });
  }

  private decrypt(sealed: Buffer): string {
    const salt = sealed.subarray(0, 16);
    const length = sealed.readUInt8(20);
    const theirs = sealed.subarray(21, 21 + length);
    const text = sealed.subarray(21 + length);
    const shared = this.device.computeSecret(theirs);
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), this.device.getPublicKey(), theirs]);
    const input = Buffer.from(hkdfSync("sha256", shared, this.secret, info, 32));
    const part = (what: string, bytes: number) =>
      Buffer.from(hkdfSync("sha256", input, salt, `Content-Encoding: ${what}\0`, bytes));
    const cipher = createDecipheriv("aes-128-gcm", part("aes128gcm", 16), part("nonce", 12));
    cipher.setAuthTag(text.subarray(-16));
    const plain = Buffer.concat([cipher.update(text.subarray(0, -16)), cipher.final()]);
    // One record: its end is marked with 2, and what follows is padding.
    return plain.subarray(0, plain.lastIndexOf(2)).toString("utf8");
  }
}

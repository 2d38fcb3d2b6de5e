// A tap between the page and the server: keeps the stream's events back, and lets them out at a steady rate. So what
// arrives is what the server sent, and how fast it arrives does not depend on how fast this machine lets it be written.

import { connect, createServer, type Server as TcpServer, type Socket } from "node:net";
import { freePort } from "../server";

const TICK_MS = 2;
const UPGRADED = "HTTP/1.1 101";

export class Tap {
  private readonly held: { to: Socket; frame: Buffer }[] = [];
  private holding = false;
  private server: TcpServer | null = null;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  async start(upstream: number): Promise<void> {
    this.port = await freePort();
    const server = createServer((page) => {
      const behind = connect(upstream, "127.0.0.1");
      const end = () => {
        page.destroy();
        behind.destroy();
      };
      for (const each of [page, behind]) each.on("error", end).on("close", end);
      page.pipe(behind);
      behind.on("data", this.passer(page));
    });
    this.server = server;
    await new Promise<void>((done) => server.listen(this.port, "127.0.0.1", done));
  }

  stop(): void {
    this.server?.close();
  }

  hold(): void {
    this.holding = true;
  }

  get waiting(): number {
    return this.held.length;
  }

  /** Lets `count` events out, `rate` a second; resolves with the rate that it came to. */
  async release(count: number, rate: number): Promise<number> {
    const started = performance.now();
    let out = 0;
    const wanted = Math.min(count, this.held.length);
    while (out < wanted) {
      const due = Math.min(wanted, Math.ceil(((performance.now() - started) * rate) / 1_000));
      for (const { to, frame } of this.held.splice(0, due - out)) to.write(frame);
      out = due;
      await new Promise((done) => setTimeout(done, TICK_MS));
    }
    return (out * 1_000) / (performance.now() - started);
  }

  /** Takes what the server sends to one connection: as it is, until that has become a WebSocket. */
  private passer(page: Socket): (data: Buffer) => void {
    let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
    let kind: "new" | "plain" | "frames" = "new";
    return (data) => {
      if (kind === "new") {
        kind = data.subarray(0, UPGRADED.length).toString() === UPGRADED ? "frames" : "plain";
        const head = data.indexOf("\r\n\r\n") + 4;
        page.write(kind === "plain" ? data : data.subarray(0, head));
        if (kind === "plain") return;
        rest = data.subarray(head);
      } else if (kind === "plain") {
        page.write(data);
        return;
      } else rest = Buffer.concat([rest, data]);
      for (let size = frameSize(rest); size > 0 && size <= rest.length; size = frameSize(rest)) {
        this.pass(page, rest.subarray(0, size));
        rest = rest.subarray(size);
      }
    };
  }

  private pass(to: Socket, frame: Buffer): void {
    if (this.holding && frame.includes('"op":"event"')) this.held.push({ to, frame });
    else to.write(frame);
  }
}

/** RFC 6455, 5.2, without a mask, as servers send; 0 while its head is not all there. */
function frameSize(bytes: Buffer): number {
  const short = (bytes[1] ?? 0) & 127;
  const head = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < head) return 0;
  if (short === 126) return head + bytes.readUInt16BE(2);
  return head + (short === 127 ? Number(bytes.readBigUInt64BE(2)) : short);
}

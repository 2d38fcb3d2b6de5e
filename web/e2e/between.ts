// What may stand between a browser and its server: answers itself, says nothing, or lets everything pass.

import { createServer, type IncomingMessage, request as ask, type Server as Http } from "node:http";
import { connect, type Socket } from "node:net";
import type { Server } from "./server";

/** An answer instead of the server's; "silence" is none at all, ever. */
export type Instead = { status: number; type?: string; body?: string } | "silence" | null;

export class Between {
  /** What becomes of a request; of one for the stream as well. */
  instead: (request: IncomingMessage) => Instead = () => null;
  /** What was asked for, as `METHOD /path`. */
  readonly asked: string[] = [];
  private readonly server: Server;
  private readonly http: Http;
  private readonly streams = new Set<{ near: Socket; far: Socket }>();
  private readonly sockets = new Set<Socket>();
  private port = 0;

  constructor(server: Server) {
    this.server = server;
    this.http = createServer((request, response) => {
      this.asked.push(`${request.method} ${request.url}`);
      const instead = this.instead(request);
      if (instead === "silence") return void request.resume();
      if (instead) {
        request.resume();
        response.writeHead(instead.status, { "content-type": instead.type ?? "text/html" });
        return void response.end(instead.body ?? "<h1>Not the server</h1>");
      }
      const { method, url: path, headers } = request;
      const onwards = ask(this.server.url + (path ?? ""), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(response);
      });
      onwards.on("error", () => response.destroy());
      request.pipe(onwards);
    });
    this.http.on("connection", (socket) => this.keep(socket));
    this.http.on("upgrade", (request, near: Socket) => this.stream(request, near));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => this.http.listen(0, "127.0.0.1", done));
    const address = this.http.address();
    this.port = typeof address === "object" && address ? address.port : 0;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.http.close();
  }

  /** As after another network was chosen: what is connected says nothing any more, and does not end. */
  stallStreams(): void {
    for (const { near, far } of this.streams) {
      near.unpipe(far);
      far.unpipe(near);
      near.resume();
      far.resume();
    }
    this.streams.clear();
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
  }

  private stream(request: IncomingMessage, near: Socket): void {
    this.asked.push(`STREAM ${request.url}`);
    this.keep(near);
    const instead = this.instead(request);
    if (instead === "silence") return;
    if (instead) return void near.destroy();
    const far = connect(Number(new URL(this.server.url).port), "127.0.0.1");
    this.keep(far);
    const pair = { near, far };
    this.streams.add(pair);
    near.on("close", () => far.destroy());
    far.on("close", () => this.streams.has(pair) && near.destroy());
    const names = request.rawHeaders.filter((_, at) => at % 2 === 0);
    const lines = names.map((name, at) => `${name}: ${request.rawHeaders[2 * at + 1] ?? ""}\r\n`);
    far.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
    near.pipe(far);
    far.pipe(near);
  }
}

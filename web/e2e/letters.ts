// A mail server for a test file: as much of SMTP as it takes to be given letters.

import { createServer, type Server, type Socket } from "node:net";

const WAIT_MS = 30_000;

export class Letters {
  private readonly letters: string[] = [];
  private readonly waiting: (() => void)[] = [];
  private server: Server | null = null;
  private taken = 0;

  /** The settings of a server that sends its letters here. */
  async start(): Promise<Record<string, string>> {
    const server = createServer((socket) => this.serve(socket));
    this.server = server;
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    return {
      LOGGIA_EMAIL__SMTP_URL: `smtp://127.0.0.1:${port}`,
      LOGGIA_EMAIL__FROM: "Loggia <loggia@example.org>",
    };
  }

  stop(): void {
    this.server?.close();
  }

  /** The part of the next letter's link that stands after the server's address. */
  async nextLink(): Promise<string> {
    const deadline = Date.now() + WAIT_MS;
    while (this.letters.length <= this.taken) {
      await new Promise<void>((done, fail) => {
        this.waiting.push(done);
        setTimeout(() => fail(new Error("no letter came")), Math.max(0, deadline - Date.now()));
      });
    }
    const letter = (this.letters[this.taken++] ?? "").replaceAll("=\r\n", "").replaceAll("=3D", "=");
    const link = /https?:\/\/[^/\s]+(\/#\/[a-z]+\/[A-Za-z0-9_-]+)/.exec(letter);
    if (!link?.[1]) throw new Error(`no link in ${letter}`);
    return link[1];
  }

  private serve(socket: Socket): void {
    let text = "";
    let letter = false;
    socket.on("error", () => socket.destroy());
    socket.write("220 mail.test ESMTP\r\n");
    socket.on("data", (part: Buffer) => {
      text += part.toString("utf8");
      for (;;) {
        const end = text.indexOf(letter ? "\r\n.\r\n" : "\r\n");
        if (end < 0) return;
        const said = text.slice(0, end);
        text = text.slice(end + (letter ? 5 : 2));
        if (letter) {
          letter = false;
          this.letters.push(said);
          for (const done of this.waiting.splice(0)) done();
          socket.write("250 taken\r\n");
        } else if (/^DATA/i.test(said)) {
          letter = true;
          socket.write("354 go on\r\n");
        } else if (/^QUIT/i.test(said)) {
          socket.end("221 bye\r\n");
        } else {
          socket.write("250 ok\r\n");
        }
      }
    });
  }
}

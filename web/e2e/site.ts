// A site of the test's own, by HTTP: what is asked of it is counted.

import { createServer, type Server as Http } from "node:http";
import type { AddressInfo } from "node:net";

/** Its name; the server under test is told its address. */
export const SITE = "site.test";

export class Site {
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  private readonly http: Http;

  /** `pages`: what stands at a path, as HTML. */
  constructor(pages: ReadonlyMap<string, string>) {
    this.http = createServer((request, response) => {
      const path = request.url ?? "";
      this.asked.push(path);
      const page = pages.get(path);
      response.writeHead(page === undefined ? 404 : 200, { "content-type": "text/html; charset=utf-8" });
      response.end(page);
    });
  }

  /** What a server has to be told to look there. */
  async start(): Promise<Record<string, string>> {
    await new Promise<void>((done) => this.http.listen(0, "127.0.0.1", done));
    const { port } = this.http.address() as AddressInfo;
    return {
      LOGGIA_PREVIEWS__ENABLED: "true",
      LOGGIA_PREVIEWS__RESOLVE: `${SITE}=127.0.0.1:${String(port)}`,
    };
  }

  stop(): void {
    this.http.closeAllConnections();
    this.http.close();
  }
}

// Two real servers that know each other: names that no resolver knows, TLS by an authority made for this test.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, Server } from "./server";

const NAMES = ["a.test", "b.test"] as const;
type Name = (typeof NAMES)[number];

export class Pair {
  readonly a = new Server();
  readonly b = new Server();
  private readonly place = mkdtempSync(join(tmpdir(), "loggia-pair-"));
  private ports: Record<Name, number> = { "a.test": 0, "b.test": 0 };

  async start(): Promise<void> {
    this.ports = { "a.test": await freePort(), "b.test": await freePort() };
    this.openssl("req -x509 -days 2 -keyout ca.key -out ca.pem -subj /CN=authority".split(" "), true);
    for (const name of NAMES) {
      const request = `req -keyout ${name}.key -out ${name}.csr -subj /CN=${name} -addext subjectAltName=DNS:${name}`;
      this.openssl(request.split(" "), true);
      const sign = `x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy -out ${name}.pem`;
      this.openssl(sign.split(" "), false);
    }
    await this.run("a.test");
    await this.run("b.test");
  }

  run(name: Name): Promise<void> {
    const other = name === "a.test" ? "b.test" : "a.test";
    const file = (ending: string) => join(this.place, ending);
    return (name === "a.test" ? this.a : this.b).start({
      LOGGIA_SERVER_NAME: name,
      LOGGIA_FEDERATION__ENABLED: "true",
      LOGGIA_FEDERATION__LISTEN: `127.0.0.1:${this.ports[name]}`,
      LOGGIA_FEDERATION__TLS_CERT: file(`${name}.pem`),
      LOGGIA_FEDERATION__TLS_KEY: file(`${name}.key`),
      LOGGIA_FEDERATION__EXTRA_ROOT_CA: file("ca.pem"),
      LOGGIA_FEDERATION__RESOLVE: `${other}=127.0.0.1:${this.ports[other]}`,
    });
  }

  async stop(): Promise<void> {
    await this.a.stop();
    await this.b.stop();
    rmSync(this.place, { recursive: true, force: true });
  }

  private openssl(words: string[], key: boolean): void {
    const [command = "", ...rest] = words;
    const made = key ? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"] : [];
    execFileSync("openssl", [command, ...made, ...rest], { cwd: this.place, stdio: "pipe" });
  }
}

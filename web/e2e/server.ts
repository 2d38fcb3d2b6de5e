// A real server for a test file: its own process, port and data directory. It can be killed and started again.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const BINARY = resolve(process.env["LOGGIA_BIN"] ?? "../target/debug/loggia");
const START_DEADLINE_MS = 30_000;
const POLL_MS = 50;

export class Server {
  private data = "";
  private port = 0;
  private child: ChildProcess | null = null;
  private output = "";
  /** As it was started last. */
  private settings: Record<string, string> = {};

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(env: Record<string, string> = {}): Promise<void> {
    this.port ||= await freePort();
    this.data ||= mkdtempSync(join(tmpdir(), "loggia-e2e-"));
    this.output = "";
    this.settings = env;
    const child = spawn(BINARY, ["serve"], {
      env: {
        ...process.env,
        LOGGIA_LISTEN: `127.0.0.1:${this.port}`,
        LOGGIA_DATA_DIR: this.data,
        LOGGIA_LIMITS__ENABLED: "false",
        // Nothing is asked of the Internet.
        LOGGIA_PREVIEWS__ENABLED: "false",
        // Passwords are no secrets here, and the processor has other things to do.
        LOGGIA_ACCOUNTS__ARGON2_MEMORY_KIB: "64",
        LOGGIA_ACCOUNTS__ARGON2_PASSES: "1",
        // Letters have links to where it is.
        ...("LOGGIA_EMAIL__SMTP_URL" in env ? { LOGGIA_PUBLIC_URL: this.url } : {}),
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (text: Buffer) => (this.output += text.toString()));
    child.stderr.on("data", (text: Buffer) => (this.output += text.toString()));
    this.child = child;
    const deadline = Date.now() + START_DEADLINE_MS;
    while (!(await this.answers())) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${BINARY} did not start (exit ${String(child.exitCode)}):\n${this.output}`);
      }
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
  }

  /** The server's own command line, on its data and by its settings. */
  command(...words: string[]): string {
    return execFileSync(BINARY, words, {
      env: { ...process.env, ...this.settings, LOGGIA_DATA_DIR: this.data },
      encoding: "utf8",
    });
  }

  /** By a command of the server. What a running one believes of a session it believes for some seconds: it starts anew. */
  async makeAdministrator(name: string): Promise<void> {
    await this.kill("SIGTERM");
    this.command("user", "role", name, "admin");
    await this.start(this.settings);
  }

  /** As a power cut: no goodbye, nothing flushed. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.child;
    this.child = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await ended;
  }

  /** What it would still put in order is deleted. */
  async stop(): Promise<void> {
    await this.kill();
    if (this.data) rmSync(this.data, { recursive: true, force: true });
  }

  private async answers(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/ready`)).ok;
    } catch {
      return false;
    }
  }
}

export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.on("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}

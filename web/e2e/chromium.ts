// Debian's Chromium; nothing is downloaded.

export const chromium = {
  browserName: "chromium" as const,
  launchOptions: {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // A microphone that beeps, for whoever lets a page hear it.
      "--use-fake-device-for-media-stream",
    ],
  },
};

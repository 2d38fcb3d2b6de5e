import { t } from "../../i18n";

/** Between browser and system, in what is stored: in no language's words but these. */
const ON = " on ";

/** What the list of sessions calls this browser. */
export function deviceName(agent: string = navigator.userAgent): string {
  const browser = /Edg\//.test(agent)
    ? "Edge"
    : /Firefox\//.test(agent)
      ? "Firefox"
      : /Chrome\/|Chromium\//.test(agent)
        ? "Chrome"
        : /Safari\//.test(agent)
          ? "Safari"
          : "Browser";
  const system = /Android/.test(agent)
    ? "Android"
    : /iPhone|iPad/.test(agent)
      ? "iOS"
      : /Mac OS X/.test(agent)
        ? "macOS"
        : /Windows/.test(agent)
          ? "Windows"
          : /Linux/.test(agent)
            ? "Linux"
            : "";
  return system ? `${browser}${ON}${system}` : browser;
}

/** The stored name in the reader's language. Other programs give other names, which stay as they are. */
export function shownDevice(stored: string): string {
  const [browser, system, ...more] = stored.split(ON);
  if (stored === "") return t.settings.unnamed;
  return browser && system && more.length === 0 ? t.settings.device(browser, system) : stored;
}

// What the service worker does with a request. Pure.

export type Route = "shell" | "asset" | "file" | "none";

interface Asked {
  method: string;
  mode: string;
  url: string;
}

/** The API is never answered from a cache: what is shown offline comes from the client's own store. */
export function routeOf({ method, mode, url }: Asked, origin: string): Route {
  if (method !== "GET") return "none";
  const { origin: from, pathname } = new URL(url);
  if (from !== origin) return "none";
  if (/^\/(api|federation|ready|health|metrics|\.well-known)(\/|$)/.test(pathname)) return "none";
  if (mode === "navigate") return "shell";
  if (pathname.startsWith("/assets/")) return "asset";
  return /\.(svg|png|webmanifest)$/.test(pathname) ? "file" : "none";
}

/** The caches to delete: of all versions but this one and the one before it, whose pages may still be open. */
export function outdated(names: readonly string[], current: string, prefix: string): string[] {
  const own = names.filter((name) => name.startsWith(prefix) && name !== current);
  return own.slice(0, -1);
}

// What a cache has for a request. Caches are searched in the order in which they were made, and the one of the version
// before is kept: this version's own comes first.

interface Cache {
  match: (asked: Request | string) => Promise<Response | undefined>;
}
export interface Caches extends Cache {
  open: (name: string) => Promise<Cache>;
}

export async function keptOf(
  caches: Caches,
  own: string,
  asked: Request | string,
): Promise<Response | undefined> {
  const here = await caches.open(own).then(
    (cache) => cache.match(asked),
    () => undefined,
  );
  return here ?? caches.match(asked);
}

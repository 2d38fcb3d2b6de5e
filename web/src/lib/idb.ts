/** A browser that neither opens a database nor refuses must not hold up what waits for it. */
const OPEN_MS_MAX = 3_000;

/** The database, made by `make` if there is none; null where that is missing, forbidden or takes too long. */
export function openDatabase(
  name: string,
  version: number,
  make: (database: IDBDatabase) => void,
): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    let isLate = false;
    setTimeout(() => {
      isLate = true;
      resolve(null);
    }, OPEN_MS_MAX);
    try {
      const opening = indexedDB.open(name, version);
      opening.onupgradeneeded = () => make(opening.result);
      opening.onsuccess = () => (isLate ? opening.result.close() : resolve(opening.result));
      opening.onerror = () => resolve(null);
      opening.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}

import { useEffect, useState } from "react";

const TYPING_MS = 180;

/** Asks a little after the last key; only the newest answer counts. `null` until the first one. */
export function useSearch<T>(
  query: string,
  ask: (query: string) => Promise<T>,
): { found: T | null; failed: unknown } {
  const [found, setFound] = useState<T | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(
      () => {
        ask(query.trim()).then(
          (answer) => {
            if (!current) return;
            setFound(answer);
            setFailed(null);
          },
          (error: unknown) => current && setFailed(error),
        );
      },
      query === "" ? 0 : TYPING_MS,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query, ask]);
  return { found, failed };
}

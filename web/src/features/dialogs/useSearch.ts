import { useCallback, useEffect, useState } from "react";
import { ApiError } from "../../api/http";
import { useSelect } from "../app/context";

const TYPING_MS = 180;

export interface Search<T> {
  /** The newest answer; `null` until the first one. While one types on it is of what stood there before. */
  found: T | null;
  failed: unknown;
  /** The answer to just what stands there, and to nothing else. */
  current: T | null;
  /** What stands there was neither answered nor refused yet. */
  waiting: boolean;
  /** Asks for what stands there once more. */
  retry: () => void;
}

/** Asks a little after the last key; only the newest answer counts. */
export function useSearch<T>(query: string, ask: (query: string) => Promise<T>): Search<T> {
  const [found, setFound] = useState<T | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  /** What the last answer or failure was for. */
  const [answered, setAnswered] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let current = true;
    const text = query.trim();
    const timer = setTimeout(
      () => {
        ask(text).then(
          (answer) => {
            if (!current) return;
            setFound(answer);
            setFailed(null);
            setAnswered(text);
          },
          (error: unknown) => {
            if (!current) return;
            setFailed(error);
            setAnswered(text);
          },
        );
      },
      query === "" ? 0 : TYPING_MS,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query, ask, tries]);
  const waiting = answered !== query.trim();
  const retry = useCallback(() => {
    setFailed(null);
    setAnswered(null);
    setTries((count) => count + 1);
  }, []);
  // For want of a line: asked again once it is back.
  const online = useSelect((state) => state.connection.state === "online");
  const [wasOnline, setWasOnline] = useState(online);
  if (wasOnline !== online) {
    setWasOnline(online);
    if (online && failed && isPassing(failed)) retry();
  }
  return { found, failed, current: waiting || failed ? null : found, waiting, retry };
}

/** What is asked once more may be answered then. */
export const isPassing = (failed: unknown): boolean => !(failed instanceof ApiError && !failed.temporary);

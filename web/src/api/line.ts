// Whether there is a line to the server: the stream is the first to know. What waits for an answer, or to try again,
// hears of it here.

const hearers = new Set<() => void>();

/** The stream is there again. */
export function lineIsBack(): void {
  for (const hear of [...hearers]) hear();
}

export function onLineBack(hear: () => void, until: AbortSignal): void {
  if (until.aborted) return;
  hearers.add(hear);
  until.addEventListener("abort", () => hearers.delete(hear), { once: true });
}

/** After a while, or as soon as the line is back; without a network not before that. Never throws. */
export function untilLine(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = new AbortController();
    const timer = navigator.onLine === false ? undefined : setTimeout(() => go(), ms);
    const go = () => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    if (signal.aborted) return go();
    signal.addEventListener("abort", go, { signal: over.signal });
    addEventListener("online", go, { signal: over.signal });
    onLineBack(go, over.signal);
  });
}

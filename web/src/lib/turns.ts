/** A tab that hangs must not hold up the others for ever. */
const WAIT_MS_MAX = 10_000;

/**
 * Does `work` while no other tab of this browser does what has the same name. Where that cannot be arranged (no secure
 * context, or the other one takes too long) it is done all the same.
 */
export async function inTurn(name: string, work: () => Promise<void>): Promise<void> {
  const locks = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  if (!locks) return work();
  let begun = false;
  const begin = () => {
    begun = true;
    return work();
  };
  try {
    await locks.request(name, { signal: AbortSignal.timeout(WAIT_MS_MAX) }, begin);
  } catch (error) {
    if (begun) throw error;
    await work();
  }
}

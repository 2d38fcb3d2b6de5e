// Silence is the server's to keep, so that all devices and pushes agree; here is what it said last, for when it is away.

import { get_attention, update_attention } from "../../api/operations";
import type { Attention } from "../../api/types";
import { withServer } from "./quiet";
import { attentionSettings } from "./settings";

const LOOK_MS_MIN = 30_000;
let looked = 0;

export function take(attention: Attention): void {
  attentionSettings.change((known) => withServer(known, attention));
}

/** Now and then, not at every glance. */
export async function takeFromServer(): Promise<void> {
  const now = Date.now();
  if (now - looked < LOOK_MS_MIN) return;
  looked = now;
  take(await get_attention());
}

export async function changeOnServer(change: Partial<Attention>): Promise<void> {
  take(await update_attention(change));
}

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

import { t } from "../../i18n";
import type { Client } from "./client";

/** Copies a text, and says so, or that it can't be: browsers have no clipboard for pages that came by plain http. */
export async function copy(client: Client, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    client.notices.show(t.common.copied);
  } catch {
    client.notices.show(t.common.notCopied);
  }
}

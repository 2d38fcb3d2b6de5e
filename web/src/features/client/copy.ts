import { t } from "../../i18n";
import type { Client } from "./client";

/** Copies a text, and says so, or that it can't be: browsers have no clipboard for pages that came by plain http. */
export async function copy(client: Client, text: string, said = t.common.copied): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    client.notices.show(said);
  } catch {
    client.notices.show(t.common.notCopied);
  }
}

export const copyLink = (client: Client, link: string): Promise<void> =>
  copy(client, link, t.common.linkCopied);

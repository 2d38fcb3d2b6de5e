// To keep somebody of another server off this one, and to readmit them.

import { exclude_user, type Exclusion, readmit_user } from "../../api/admin";
import { ApiError } from "../../api/http";
import { exclusionTexts } from "../../i18n/exclusions";
import type { Client } from "../client/client";

/** Null where it was refused, which is said. */
export async function exclude(client: Client, user: string, name: string, reason: string) {
  try {
    const excluded = await exclude_user(user, reason);
    client.notices.show(exclusionTexts().keptNotice(name));
    return excluded;
  } catch (error) {
    const said = error instanceof ApiError ? refusal(error.code) : null;
    if (said) client.notices.show(said);
    else client.actions.failed(error);
    return null;
  }
}

export async function readmit(client: Client, user: string, name: string): Promise<boolean> {
  try {
    await readmit_user(user);
    client.notices.show(exclusionTexts().readmittedNotice(name));
    return true;
  } catch (error) {
    client.actions.failed(error);
    return false;
  }
}

function refusal(code: string): string | null {
  if (code === "user_is_local") return exclusionTexts().isLocal;
  return code === "exclusions_full" ? exclusionTexts().isFull : null;
}

/** Whether one of these is of the person, among those whose address has theirs in it. */
export const findExclusion = (found: Exclusion[], user: string) =>
  found.find((exclusion) => exclusion.user.id === user) ?? null;

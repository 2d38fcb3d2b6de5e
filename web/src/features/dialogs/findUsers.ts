import { get_user, list_users } from "../../api/operations";
import type { User } from "../../api/types";
import { fullUserId } from "./addresses";

/** People known here; whoever is written with a whole id is asked for by it, on their own server if need be. */
export async function findUsers(query: string, limit: number): Promise<{ users: User[] }> {
  const id = fullUserId(query);
  const [known, exact] = await Promise.all([
    list_users({ query, limit }),
    id ? get_user(id).catch(() => null) : null,
  ]);
  const others = known.users.filter((user) => user.id !== exact?.id);
  return { users: exact ? [exact, ...others] : others };
}

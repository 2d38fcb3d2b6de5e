// A new account whose answer was lost is there all the same: whoever tries again is let in, not told that somebody has
// the name.

import { ApiError } from "../../api/http";
import * as api from "../../api/operations";
import type { SignedIn } from "../../api/types";

export type NewAccount = Parameters<typeof api.create_account>[0];

/** What is said to somebody who has their account already. */
const TAKEN = new Set(["username_taken", "invite_invalid"]);

export class Registering {
  /** For whom it was asked last without hearing what came of it. */
  private unheard: string | null = null;

  async register(account: NewAccount): Promise<SignedIn> {
    try {
      const signedIn = await api.create_account(account);
      this.unheard = null;
      return signedIn;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const lost = error.temporary && error.status !== 429;
      const own = TAKEN.has(error.code) && this.unheard === account.username;
      if (lost) this.unheard = account.username;
      else if (!own) this.unheard = null;
      if (!lost && !own) throw error;
      const { username, password, device_name } = account;
      const named = device_name === undefined ? {} : { device_name };
      return await api.create_session({ username, password, ...named, cookie: true }).catch(() => {
        throw error;
      });
    }
  }
}

import { onceLost } from "../../lib/focus";
import { go } from "../app/route";

/** The rest of the page is loaded first. */
const ARRIVING_FRAMES = 600;

/** One is signed in; `invited` is the invite code that the address brought along. */
export function arrive(invited: string | null): void {
  // Where one arrives at no conversation, nothing takes the focus by itself.
  onceLost(() => document.querySelector<HTMLElement>("#main h1"), { frames: ARRIVING_FRAMES });
  // The code is used up, or was not needed: what is kept of the address is where one goes.
  if (invited) go(null, undefined, { replace: true });
}

import { straight } from "../../lib/bidi";
import { useSigns } from "../emoji/shortcodes";

/** For what is said without an emoji. */
const WORDS = "💬";

/** How an emoji is drawn. */
export function useSign(emoji: string | null): string {
  return straight(useSigns(emoji ? [{ emoji }] : [])(emoji ?? WORDS));
}

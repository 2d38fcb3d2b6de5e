// What a key means, whatever the platform and the layout.

interface Key {
  key: string;
  code: string;
  keyCode: number;
  isComposing: boolean;
  shiftKey: boolean;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

/**
 * The key belongs to a word that is still being put together (Chinese, Japanese, Korean). Safari ends that before it
 * tells of the Enter that did it: then only the old code, 229, says so.
 */
export const composing = ({ isComposing, keyCode }: Pick<Key, "isComposing" | "keyCode">): boolean =>
  isComposing || keyCode === 229;

export const isMac = (agent: string = navigator.userAgent): boolean => /Mac|iPhone|iPad/.test(agent);

/** The key of the platform's own commands is held. On a Mac Ctrl moves the caret in a text. */
export const commanded = (
  { ctrlKey, metaKey }: Pick<Key, "ctrlKey" | "metaKey">,
  mac: boolean = isMac(),
): boolean => (mac ? metaKey && !ctrlKey : ctrlKey && !metaKey);

/** The sign that a command is called by: with Greek or Cyrillic letters, the one that is printed in the same place. */
export function signOf({ key, code }: Pick<Key, "key" | "code">): string {
  if (key.length !== 1 || key < "\u0080") return key.toLowerCase();
  if (code === "Slash") return "/";
  return /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? key.toLowerCase();
}

/** Enter, when it sends: a finger's keyboard has no Shift to hold, there it makes a new line. */
export function sends({
  key,
  shiftKey,
  altKey,
  ctrlKey,
  metaKey,
}: Omit<Key, "code" | "isComposing" | "keyCode">) {
  if (key !== "Enter" || shiftKey || altKey) return false;
  return ctrlKey || metaKey || !isCoarse();
}

/** Whether people point with a finger. */
export const isCoarse = (): boolean =>
  typeof matchMedia === "function" && matchMedia("(pointer: coarse)").matches;

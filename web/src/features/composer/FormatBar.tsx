// A button for each mark, for who does not write them: one stop of the Tab key, arrows lead from one to the next.

import { type KeyboardEvent, type RefObject, useCallback, useState, useSyncExternalStore } from "react";
import { t } from "../../i18n";
import { formattingTexts, type FormattingTexts } from "../../i18n/formatting";
import { isMac } from "../../lib/keys";
import { IconButton } from "../../ui/Button";
import type { Drawing } from "../../ui/Icon";
import { useStop } from "../../ui/stops";
import { around, type Edit, isIn, type Marked } from "./formatting";
import * as lines from "./lines";
import { markOf } from "./marks";
import { type Apply, keepFocus } from "./useFormatBar";

interface Mark {
  name: keyof FormattingTexts["marks"];
  icon: Drawing;
  edit: (marked: Marked) => Edit;
  /** Whether what is selected has it, which a press takes away then. */
  has: (marked: Marked) => boolean;
  /** With Ctrl or Cmd it does the same. */
  key?: "b" | "i" | "e";
}

const by = (mark: string) => ({
  edit: (marked: Marked) => around(mark, marked),
  // In a block of code it would be none.
  has: (marked: Marked) => !lines.isCodeBlock(marked) && isIn(mark, marked),
});
const byKey = (key: "b" | "i" | "e") => ({ key, ...by(markOf(key)) });

const MARKS: readonly Mark[] = [
  {
    name: "bold",
    icon: { path: "M6.5 4h4.3a2.9 2.9 0 0 1 0 5.8H6.5zM6.5 9.8h5a3.1 3.1 0 0 1 0 6.2h-5z" },
    ...byKey("b"),
  },
  { name: "italic", icon: { path: "M8.5 4h6M5.5 16h6M12 4 8 16" }, ...byKey("i") },
  {
    name: "strikethrough",
    icon: {
      path: "M3.5 10h13M14 6.5C13.5 5 12 4 10 4 7.7 4 6.2 5.2 6.2 6.9c0 .6.2 1.1.5 1.5M5.8 13.3c.4 1.7 2 2.7 4.2 2.7 2.4 0 4-1.1 4-2.9 0-.4-.1-.7-.2-1",
    },
    ...by("~~"),
  },
  { name: "code", icon: { path: "m6.5 6-4 4 4 4M13.5 6l4 4-4 4M11.5 4.5l-3 11" }, ...byKey("e") },
  {
    name: "codeBlock",
    icon: { path: "M3 3.5h14v13H3zM8.5 7.5 6 10l2.5 2.5M11.5 7.5 14 10l-2.5 2.5" },
    edit: lines.codeBlock,
    has: lines.isCodeBlock,
  },
  { name: "quote", icon: "quote", edit: lines.quote, has: lines.isQuote },
  {
    name: "bullets",
    icon: { path: "M8 5h8.5M8 10h8.5M8 15h8.5M4 5h.01M4 10h.01M4 15h.01" },
    edit: lines.bullets,
    has: lines.isBullets,
  },
  {
    name: "numbers",
    icon: {
      path: "M9 5h7.5M9 10h7.5M9 15h7.5M3.5 4.2 4.7 3.5v4.3M3.4 13c.1-1.6 2.5-1.5 2.5.1 0 1-2.4 2-2.5 3.4H6",
    },
    edit: lines.numbers,
    has: lines.isNumbers,
  },
  { name: "link", icon: "link", edit: lines.link, has: lines.isLink },
  {
    name: "spoiler",
    icon: {
      path: "M2.5 10C4.3 7 6.8 5.5 10 5.5s5.7 1.5 7.5 4.5c-1.8 3-4.3 4.5-7.5 4.5S4.3 13 2.5 10M10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4M4.5 16.5l11-13",
    },
    ...by("||"),
  },
];

interface FormatBarProps {
  box: RefObject<HTMLTextAreaElement | null>;
  apply: Apply;
}

export default function FormatBar({ box, apply }: FormatBarProps) {
  const texts = formattingTexts();
  const [at, setAt] = useState(0);
  const on = useMarks(box);
  const outside = useStop() === -1;
  const command = isMac() ? "⌘" : `${t.shortcuts.keys.control}+`;
  return (
    <div
      className="format-bar scroll"
      role="toolbar"
      aria-label={texts.label}
      onMouseDownCapture={keepFocus}
      onKeyDown={move}
    >
      {MARKS.map(({ name, icon, edit, key }, index) => (
        <IconButton
          key={name}
          icon={icon}
          size="small"
          label={texts.marks[name]}
          pressed={on.has(name)}
          {...(key ? { keys: command + key.toUpperCase() } : {})}
          excludeFromTabOrder={outside || index !== at}
          onFocus={() => setAt(index)}
          onPress={() => apply(edit)}
        />
      ))}
    </div>
  );
}

/** Those that what is selected has, or that the caret is in. */
function useMarks(box: RefObject<HTMLTextAreaElement | null>): ReadonlySet<string> {
  const get = useCallback(() => {
    const { current } = box;
    if (!current) return "";
    const { value: text, selectionStart: from, selectionEnd: to } = current;
    return MARKS.filter(({ has }) => has({ text, from, to }))
      .map(({ name }) => name)
      .join(" ");
  }, [box]);
  return new Set(useSyncExternalStore(onMoved, get).split(" "));
}

function onMoved(look: () => void): () => void {
  document.addEventListener("selectionchange", look);
  document.addEventListener("input", look);
  return () => {
    document.removeEventListener("selectionchange", look);
    document.removeEventListener("input", look);
  };
}

function move(event: KeyboardEvent<HTMLElement>): void {
  const { currentTarget, target, key } = event;
  const all = [...currentTarget.querySelectorAll("button")];
  const next = getComputedStyle(currentTarget).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const at = all.findIndex((each) => each === target);
  const to =
    key === "Home"
      ? 0
      : key === "End"
        ? -1
        : key === "ArrowRight" || key === "ArrowLeft"
          ? (at + (key === next ? 1 : -1)) % all.length
          : null;
  if (to === null || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  all.at(to)?.focus();
}

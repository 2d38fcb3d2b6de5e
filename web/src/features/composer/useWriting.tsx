// What one can do while one writes, wherever that is: suggestions, marks by key, pieces that are put in.

import { type KeyboardEvent, type ReactNode, type RefObject, useState } from "react";
import { t } from "../../i18n";
import { commanded, sends, signOf } from "../../lib/keys";
import { replaceRange } from "../../lib/replacing";
import { Suggestions } from "../../ui/Suggestions";
import { isFormatting } from "./marks";
import type * as Loaded from "./parts";
import { useCompletion } from "./useCompletion";
import { type Apply, useFormatBar } from "./useFormatBar";

/** They set out with the page; a key that is pressed before they are there does what it does once they are. */
let parts: typeof Loaded | null = null;
const load = async () => (parts ??= await import("./parts"));
const nothing = () => undefined;
load().catch(nothing);

interface Options {
  channel: string;
  box: RefObject<HTMLTextAreaElement | null>;
  text: string;
  onChange: (text: string) => void;
  /** Whether `/topic` and the like mean something here. */
  commands: boolean;
}

export interface Writing {
  /** For the text box. */
  field: {
    value: string;
    onChange: (text: string) => void;
    onSelect: (caret: number) => void;
    controls: string | undefined;
    active: string | undefined;
  };
  suggestions: ReactNode;
  /** The formatting bar, while it is wanted, and what shows or hides it. */
  bar: ReactNode;
  toggle: ReactNode;
  /** Puts it where the caret is. */
  insert: (piece: string) => void;
  /** Puts it in the place of all that is written. */
  replace: (text: string) => void;
  /** True when the key was for one of these. */
  onKey: (event: KeyboardEvent<HTMLTextAreaElement>) => boolean;
}

export function useWriting({ channel, box, text, onChange, commands }: Options): Writing {
  const [caret, setCaret] = useState(text.length);

  const put = (piece: string, from: number, to: number) => {
    if (box.current) replaceRange(box.current, piece, from, to);
  };

  /** What is chosen in a menu that is still closing: it holds the focus until it is gone. */
  const putSoon = (piece: string, from: number, to: number) =>
    requestAnimationFrame(() => put(piece, from, to));

  const completion = useCompletion({ channel, text, caret, insert: put, commands });

  const apply: Apply = (edit) => {
    const { current } = box;
    if (!current) return;
    const { value, selectionStart, selectionEnd } = current;
    const { piece, from, to, selected } = edit({ text: value, from: selectionStart, to: selectionEnd });
    put(piece, from, to);
    current.setSelectionRange(...selected);
  };

  /** Bold and the like, around what is selected. */
  const format = (event: KeyboardEvent): boolean => {
    const sign = signOf(event);
    if (!commanded(event) || event.altKey || event.shiftKey || !isFormatting(sign)) return false;
    event.preventDefault();
    const mark = ({ toggled }: typeof Loaded) => apply((marked) => toggled(sign, marked));
    if (parts) mark(parts);
    else void load().then((loaded) => box.current === document.activeElement && mark(loaded), nothing);
    return true;
  };

  /** A new line in a list is its next item. */
  const goOn = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    if (event.key !== "Enter" || event.altKey || sends(event)) return false;
    const { value, selectionStart: from, selectionEnd: to } = event.currentTarget;
    const next = parts?.nextItem({ text: value, from, to });
    if (!next) return false;
    event.preventDefault();
    apply(() => next);
    return true;
  };

  return {
    field: {
      value: text,
      onChange: (next) => completion.closes(next) || onChange(next),
      onSelect: setCaret,
      controls: completion.open ? completion.listId : undefined,
      active: completion.open ? completion.activeId : undefined,
    },
    suggestions: completion.open ? (
      <Suggestions
        id={completion.listId}
        label={t.composer.suggestions}
        options={completion.options}
        active={completion.active}
        onPick={completion.pick}
      />
    ) : null,
    ...useFormatBar(box, apply),
    insert: (piece) => putSoon(piece, caret, caret),
    replace: (next) => putSoon(next, 0, text.length),
    onKey: (event) => completion.onKey(event) || format(event) || goOn(event),
  };
}

// A text box as tall as its text, up to a limit.

import { type KeyboardEvent, type Ref, useImperativeHandle, useLayoutEffect, useRef } from "react";

/** Browsers that size a box by its text do so without being asked for its height after every key. */
const BY_ITSELF = typeof CSS !== "undefined" && CSS.supports("field-sizing", "content");

interface GrowingTextProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onKeyDown?: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  onSelect?: (caret: number) => void;
  placeholder?: string;
  autoFocus?: boolean;
  disabled?: boolean;
  /** For suggestions: the list and its chosen option. */
  controls?: string | undefined;
  active?: string | undefined;
  /** The id of what is said of it. */
  describedBy?: string | undefined;
  testId?: string;
  ref?: Ref<HTMLTextAreaElement>;
}

export function GrowingText(props: GrowingTextProps) {
  const { value, autoFocus, ref } = props;
  const own = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle<HTMLTextAreaElement | null, HTMLTextAreaElement | null>(ref, () => own.current, []);

  useLayoutEffect(() => {
    const box = own.current;
    if (!box || BY_ITSELF) return;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }, [value]);

  useLayoutEffect(() => {
    const box = own.current;
    if (!autoFocus || !box) return;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }, [autoFocus]);

  return (
    <textarea
      dir="auto"
      ref={own}
      className="growing scroll"
      rows={1}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      {...(props.controls
        ? {
            "aria-autocomplete": "list",
            "aria-controls": props.controls,
            "aria-activedescendant": props.active,
          }
        : {})}
      placeholder={props.placeholder}
      disabled={props.disabled}
      value={value}
      data-testid={props.testId}
      onChange={(event) => {
        props.onChange(event.target.value);
        props.onSelect?.(event.target.selectionStart);
      }}
      onSelect={(event) => props.onSelect?.(event.currentTarget.selectionStart)}
      onKeyDown={props.onKeyDown}
    />
  );
}

// A search box over a list: type, arrows, Enter. The list follows the combobox pattern (focus stays in the box).

import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { spokenTexts } from "../i18n/spoken";
import { composing } from "../lib/keys";
import { useEarlyKeys } from "./early";

export interface PickerOption {
  id: string;
  group?: string;
  lead?: ReactNode;
  title: string;
  detail?: string;
  trail?: ReactNode;
  /** It is there to be seen, not to be chosen. Such options come last. */
  off?: boolean;
}

interface PickerProps {
  label: string;
  placeholder: string;
  query: string;
  onQuery: (query: string) => void;
  options: PickerOption[];
  onPick: (id: string) => void;
  empty: string;
  loading?: string | undefined;
  /** What comes first is not known yet: Enter then chooses once it is. */
  waiting?: boolean;
}

export function Picker(props: PickerProps) {
  const { label, placeholder, query, onQuery, options, onPick, empty, loading, waiting = false } = props;
  useEarlyKeys((text) => onQuery(query + text));
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const choices = options.filter(({ off }) => !off);
  const active = Math.min(at, Math.max(0, choices.length - 1));
  const activeId = choices[active] ? `${base}-${active}` : undefined;

  useEffect(() => {
    if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
  }, [activeId]);

  /** Enter was pressed before the answer to what was typed. */
  const due = useRef(false);
  useEffect(() => {
    if (waiting || !due.current) return;
    due.current = false;
    const first = options[0];
    if (first && !first.off) onPick(first.id);
  }, [waiting, options, onPick]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (composing(event.nativeEvent)) return;
    due.current = false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((active + step + choices.length) % Math.max(1, choices.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      due.current = waiting && at === 0;
      const option = due.current ? undefined : choices[active];
      if (option) onPick(option.id);
    }
  };

  return (
    <div className="picker">
      <input
        className="picker-input"
        role="combobox"
        aria-label={label}
        aria-expanded={options.length > 0}
        aria-controls={`${base}-list`}
        aria-activedescendant={activeId}
        aria-autocomplete="list"
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        autoFocus
        value={query}
        onChange={(event) => {
          setAt(0);
          due.current = false;
          onQuery(event.target.value);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} className="picker-list scroll" role="listbox" id={`${base}-list`} aria-label={label}>
        {options.map((option, index) => (
          <div key={option.id} role="presentation">
            {option.group && option.group !== options[index - 1]?.group ? (
              <div className="picker-group" role="presentation">
                {option.group}
              </div>
            ) : null}
            {/* Keys are handled by the box above, which keeps the focus. */}
            <div
              id={`${base}-${index}`}
              className="picker-option"
              role="option"
              aria-selected={!option.off && index === active}
              aria-disabled={option.off || undefined}
              onPointerMove={() => !option.off && setAt(index)}
              onClick={() => !option.off && onPick(option.id)}
            >
              {option.lead ? <span className="picker-lead">{option.lead}</span> : null}
              <span className="picker-option-text truncate">
                {option.title} {option.detail ? <small>{option.detail}</small> : null}
              </span>
              {option.trail}
            </div>
          </div>
        ))}
      </div>
      {/* Always there: what is put in anew is often not heard. */}
      <p className={options.length === 0 ? "picker-note" : "visually-hidden"} role="status">
        {options.length === 0
          ? (loading ?? empty)
          : query === ""
            ? ""
            : spokenTexts().results(options.length, false)}
      </p>
    </div>
  );
}

// The list over the composer while a name is typed. The text box keeps the focus.

import { type ReactNode, useLayoutEffect, useRef } from "react";

export interface Suggestion {
  id: string;
  lead: ReactNode;
  title: string;
  detail?: string;
}

interface SuggestionsProps {
  id: string;
  label: string;
  options: Suggestion[];
  active: number;
  onPick: (index: number) => void;
}

export function Suggestions({ id, label, options, active, onPick }: SuggestionsProps) {
  const list = useRef<HTMLDivElement>(null);
  const { length } = options;

  // Below the text where it does not fit above: at the first message that is shown.
  useLayoutEffect(() => {
    const { current } = list;
    const view = current?.closest(".timeline-scroll");
    if (!current || !view) return;
    current.removeAttribute("data-below");
    const above = current.getBoundingClientRect().top >= view.getBoundingClientRect().top;
    current.toggleAttribute("data-below", !above);
  }, [length]);

  return (
    <div ref={list} className="suggestions" role="listbox" id={id} aria-label={label}>
      {options.map((option, index) => (
        <div
          key={option.id}
          id={`${id}-${index}`}
          className="picker-option"
          role="option"
          aria-selected={index === active}
          onPointerDown={(event) => {
            event.preventDefault();
            onPick(index);
          }}
        >
          {option.lead}
          <span className="picker-option-text truncate">
            {option.title} {option.detail ? <small>{option.detail}</small> : null}
          </span>
        </div>
      ))}
    </div>
  );
}

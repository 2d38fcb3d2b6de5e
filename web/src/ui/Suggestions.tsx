// The list over the composer while a name is typed. The text box keeps the focus.

import type { ReactNode } from "react";

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
  return (
    <div className="suggestions" role="listbox" id={id} aria-label={label}>
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

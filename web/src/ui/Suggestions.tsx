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

/** From what is beside it. */
const EDGE_PX = 8;

/** No higher than there is room: above the text; where it does not fit there, in an edit, on the side that has more. */
function place(list: HTMLElement): void {
  list.removeAttribute("data-below");
  list.style.maxHeight = "";
  const view = list.closest(".timeline-scroll")?.getBoundingClientRect();
  const { top, bottom } = list.getBoundingClientRect();
  // A keyboard may push the page up.
  let room = bottom - (view?.top ?? visualViewport?.offsetTop ?? 0);
  if (view && top < view.top) {
    list.toggleAttribute("data-below", true);
    const below = view.bottom - list.getBoundingClientRect().top;
    if (below >= room) room = below;
    else list.removeAttribute("data-below");
  }
  list.style.maxHeight = `${room - EDGE_PX}px`;
}

export function Suggestions({ id, label, options, active, onPick }: SuggestionsProps) {
  const list = useRef<HTMLDivElement>(null);
  const { length } = options;

  useLayoutEffect(() => {
    const fit = () => {
      if (list.current) place(list.current);
    };
    fit();
    // A keyboard comes or goes, or the phone is turned.
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  }, [length]);

  // The keys may walk to what is not in sight.
  useLayoutEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);

  return (
    <div ref={list} className="suggestions scroll" role="listbox" id={id} aria-label={label}>
      {options.map((option, index) => (
        <div
          key={option.id}
          id={`${id}-${index}`}
          className="picker-option"
          role="option"
          aria-selected={index === active}
          // The text box keeps the focus. A finger that scrolls the list picks nothing: that is no click.
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(index)}
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

// A message out of its place: in a list of pins or mentions.

import type { ReactNode } from "react";
import { Avatar } from "./Avatar";

interface CardProps {
  author: { id: string; name: string };
  when: string;
  where?: string;
  fresh?: boolean;
  label: string;
  onOpen: () => void;
  children: ReactNode;
}

export function MessageCard({ author, when, where, fresh, label, onOpen, children }: CardProps) {
  return (
    <li className="card" data-fresh={fresh || undefined}>
      <button type="button" className="card-open" aria-label={label} onClick={onOpen} />
      <Avatar id={author.id} name={author.name} size={30} />
      <div className="card-main">
        <div className="message-head">
          <strong className="truncate">{author.name}</strong>
          {/* The spaces are for who hears it. */}
          {where ? <span className="card-place truncate"> {where}</span> : null}
          <span className="card-when"> {when}</span>
        </div>
        {children}
      </div>
    </li>
  );
}

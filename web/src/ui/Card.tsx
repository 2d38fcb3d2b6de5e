// A message out of its place: in a list of pins or mentions.

import type { ReactNode } from "react";
import { t } from "../i18n";
import { Avatar } from "./Avatar";

interface CardProps {
  author: { id: string; name: string };
  when: string;
  where?: string;
  fresh?: boolean;
  /** What it says: of several by one person, the time alone tells nothing. */
  words: string;
  /** What kind of news it is. */
  about?: string;
  /** Marks its place in a list that one goes on in. */
  entry?: string;
  onOpen: () => void;
  /** What else can be done with it. */
  tools?: ReactNode;
  children: ReactNode;
}

export function MessageCard(props: CardProps) {
  const { author, when, where, fresh, words, about, entry, onOpen, tools, children } = props;
  const news = about ? `${about}. ` : "";
  const place = where ? `${where}, ${when}` : when;
  return (
    <li className="card" data-fresh={fresh || undefined} data-entry={entry}>
      <button
        type="button"
        className="card-open"
        aria-label={`${news}${t.message.by(author.name, place)}: ${words}`}
        onClick={onOpen}
      />
      <Avatar id={author.id} name={author.name} size={30} />
      <div className="card-main">
        <div className="message-head">
          <strong className="truncate">{author.name}</strong>
          {/* The spaces are for who hears it. */}
          <span className="card-told">
            {where ? <span className="card-place truncate"> {where}</span> : null}
            <span className="card-when"> {when}</span>
          </span>
        </div>
        {children}
      </div>
      {tools ? <div className="card-tools">{tools}</div> : null}
    </li>
  );
}

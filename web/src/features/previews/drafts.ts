// The drafts' previews, by place: they outlive the box that one writes in, and go with the session.

import { sessionSignal } from "../../api/http";
import { get_preview } from "../../api/previews";
import { Answers, Drafted } from "./asking";

interface Session {
  answers: Answers;
  drafts: Map<string, Drafted>;
}

const sessions = new WeakMap<AbortSignal, Session>();

export function draftedAt(place: string): Drafted {
  const signal = sessionSignal();
  const session = sessions.get(signal) ?? { answers: new Answers(get_preview), drafts: new Map() };
  sessions.set(signal, session);
  const known = session.drafts.get(place) ?? new Drafted(session.answers, location.origin);
  session.drafts.set(place, known);
  return known;
}

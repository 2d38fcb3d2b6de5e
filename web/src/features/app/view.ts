// What is open around the conversation: a side panel, a dialog, the drawer of a small screen.

import { createContext, use } from "react";
import type { Attachment } from "../../api/types";
import type { Outing } from "../client/rights";

/** A reply to lead to. A new object leads there once more. */
export interface ReplyTarget {
  id: string;
  seq: number;
}

export type Panel =
  | { kind: "members" }
  | { kind: "pins" }
  | { kind: "files" }
  | { kind: "thread"; channel: string; root: string; target?: ReplyTarget }
  | { kind: "inbox" }
  | { kind: "saved" }
  | { kind: "scheduled" }
  | { kind: "search"; query?: string };

export type SettingsTab = "profile" | "appearance" | "notifications" | "account" | "sessions" | "keyboard";

export type DialogView =
  | { kind: "directory" }
  | { kind: "create" }
  | { kind: "dm" }
  | { kind: "switcher" }
  | { kind: "status" }
  | { kind: "settings"; tab?: SettingsTab }
  | { kind: "invite"; channel: string }
  | { kind: "channel"; channel: string }
  | { kind: "leave"; channel: string }
  | { kind: "block"; user: string }
  | { kind: "delete"; channel: string; message: string }
  | { kind: "remove"; channel: string; message: string }
  | { kind: "history"; channel: string; message: string }
  | { kind: "section"; section: string | null; channel: string | null }
  | { kind: "reactions"; channel: string; message: string }
  | { kind: "report"; channel: string; message: string }
  | { kind: "remind"; channel: string; message: string }
  | { kind: "reports" }
  | { kind: "people" }
  | { kind: "date"; channel: string; ts: number }
  | { kind: "admin" }
  | { kind: "commands" }
  | { kind: "describe"; place: string; file: string }
  | { kind: "viewer"; files: readonly Attachment[]; index: number }
  /** `channel`: where they are looked at, if that is in one. */
  | { kind: "profile"; user: string; channel?: string }
  | { kind: "out"; channel: string; user: string; how: Outing };

export interface View {
  panel: Panel | null;
  setPanel: (panel: Panel | null) => void;
  openDialog: (dialog: DialogView | null) => void;
  setDrawer: (open: boolean) => void;
}

export const ViewContext = createContext<View | null>(null);

export function useView(): View {
  const view = use(ViewContext);
  if (!view) throw new Error("useView outside of ViewContext");
  return view;
}

// How a person arranges the sidebar: favourites, sections of their own. The same on all of their devices. Pure.

import type { NotifyLevel } from "../../api/types";
import { isRecord } from "../../lib/local";

export interface Section {
  readonly id: string;
  readonly name: string;
}

export interface Arrangement {
  readonly sections: readonly Section[];
  /** Channel to the section that it was put into. */
  readonly places: Readonly<Record<string, string>>;
  readonly collapsed: readonly string[];
  /** Muted channels that told of mentions only before. */
  readonly quieted: readonly string[];
}

export const FAVOURITES = "favourites";
export const CHANNELS = "channels";
export const DMS = "dms";
export const SECTIONS_MAX = 30;
export const SECTION_NAME_MAX = 40;

export function readArrangement(stored: unknown): Arrangement {
  const known = isRecord(stored) ? stored : {};
  const list = Array.isArray(known["sections"]) ? (known["sections"] as unknown[]) : [];
  const sections = list
    .filter(isRecord)
    .filter((each) => typeof each["id"] === "string" && typeof each["name"] === "string")
    .map((each) => ({ id: each["id"] as string, name: (each["name"] as string).slice(0, SECTION_NAME_MAX) }))
    .slice(0, SECTIONS_MAX);
  const places = isRecord(known["places"]) ? Object.entries(known["places"]) : [];
  const texts = (key: string) =>
    (Array.isArray(known[key]) ? (known[key] as unknown[]) : []).filter((each) => typeof each === "string");
  const ids = new Set([FAVOURITES, ...sections.map(({ id }) => id)]);
  return {
    sections,
    places: Object.fromEntries(
      places.filter((each): each is [string, string] => typeof each[1] === "string" && ids.has(each[1])),
    ),
    collapsed: texts("collapsed"),
    quieted: texts("quieted"),
  };
}

export interface Group<T> {
  readonly id: string;
  /** The person's own name for it; the others are named by the language. */
  readonly name: string | null;
  readonly rows: readonly T[];
}

/** Favourites, own sections, then what was put nowhere. Each list keeps its own order. */
export function arrange<T>(
  { sections, places }: Arrangement,
  channels: readonly T[],
  dms: readonly T[],
  idOf: (row: T) => string,
): Group<T>[] {
  const all = [...channels, ...dms];
  const at = (section: string) => all.filter((row) => places[idOf(row)] === section);
  const free = (rows: readonly T[]) => rows.filter((row) => places[idOf(row)] === undefined);
  const favourites = at(FAVOURITES);
  return [
    ...(favourites.length > 0 ? [{ id: FAVOURITES, name: null, rows: favourites }] : []),
    ...sections.map(({ id, name }) => ({ id, name, rows: at(id) })),
    { id: CHANNELS, name: null, rows: free(channels) },
    { id: DMS, name: null, rows: free(dms) },
  ];
}

export function put(known: Arrangement, channel: string, section: string | null): Arrangement {
  const places = { ...known.places };
  if (section === null) Reflect.deleteProperty(places, channel);
  else places[channel] = section;
  return { ...known, places };
}

export function addSection(known: Arrangement, section: Section, channel?: string): Arrangement {
  if (known.sections.length >= SECTIONS_MAX) return known;
  const name = section.name.trim().slice(0, SECTION_NAME_MAX);
  const next = { ...known, sections: [...known.sections, { id: section.id, name }] };
  return channel === undefined ? next : put(next, channel, section.id);
}

export function renameSection(known: Arrangement, id: string, name: string): Arrangement {
  const named = name.trim().slice(0, SECTION_NAME_MAX);
  const sections = known.sections.map((each) => (each.id === id ? { ...each, name: named } : each));
  return { ...known, sections };
}

/** Its conversations go back to where they were. */
export function removeSection(known: Arrangement, id: string): Arrangement {
  return {
    ...known,
    sections: known.sections.filter((each) => each.id !== id),
    places: Object.fromEntries(Object.entries(known.places).filter(([, section]) => section !== id)),
    collapsed: known.collapsed.filter((each) => each !== id),
  };
}

export function toggleCollapsed(known: Arrangement, id: string): Arrangement {
  const collapsed = known.collapsed.includes(id)
    ? known.collapsed.filter((each) => each !== id)
    : [...known.collapsed, id];
  return { ...known, collapsed };
}

/** Remembers what a channel told of before it is muted, until it is muted no longer. */
export function levelled(
  known: Arrangement,
  channel: string,
  before: NotifyLevel,
  level: NotifyLevel,
): Arrangement {
  if (level === before) return known;
  const others = known.quieted.filter((each) => each !== channel);
  return { ...known, quieted: level === "none" && before === "mentions" ? [...others, channel] : others };
}

/** What a muted channel tells of again. */
export const unmuted = (known: Arrangement, channel: string): NotifyLevel =>
  known.quieted.includes(channel) ? "mentions" : "all";

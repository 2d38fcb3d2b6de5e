// Line icons on a 20-pixel grid, drawn for Loggia. Decorative: the control around one carries the name.

const PATHS = {
  add: "M10 4v12M4 10h12",
  back: "M12 4.5 6.5 10l5.5 5.5",
  bell: "M5.5 14V9a4.5 4.5 0 0 1 9 0v5l1 1h-11zM8.5 17.2a1.8 1.8 0 0 0 3 0",
  bookmark: "M5.5 3.5h9v13L10 13l-4.5 3.5z",
  caret: "m7.5 5.5 4.5 4.5-4.5 4.5",
  check: "m4.5 10.5 3.6 3.6 7.4-8",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M10 6v4.2l2.8 1.8",
  close: "m5 5 10 10M15 5 5 15",
  command: "M12.5 3.5 7.5 16.5",
  compass: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M13 7l-1.7 4.3L7 13l1.7-4.3z",
  copy: "M7 7h8.5v9.5H7zM4.5 13V3.5H12",
  down: "M10 4v12m0 0 4.5-4.5M10 16l-4.5-4.5",
  edit: "m4 16 .7-3.4L13 4.3l2.7 2.7-8.3 8.3zM11.5 5.8l2.7 2.7",
  clip: "m15.5 9.5-5.8 5.8a3.5 3.5 0 0 1-5-5l6.2-6.2a2.3 2.3 0 0 1 3.3 3.3l-6 6a1.1 1.1 0 0 1-1.6-1.6l5.3-5.3",
  file: "M5 3.5h6.5L15 7v9.5H5zM11.5 3.5V7H15",
  flag: "M5 17V3.5h10l-2.3 3.6 2.3 3.6H5",
  format: "M2.5 15.5 6.5 4.5l4 11M3.8 12h5.4M17.5 8.8v6.7M17.5 12.1a2.5 3 0 1 1-5 0 2.5 3 0 0 1 5 0",
  forward: "m8 4.5 5.5 5.5L8 15.5",
  hash: "M8 3.5 6.5 16.5M13.5 3.5 12 16.5M4 7.5h12.5M3.5 12.5H16",
  leave: "M8 16.5H4v-13h4M8.5 10H17m0 0-3-3m3 3-3 3",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l2.4-2.4a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-2.4 2.4a3 3 0 0 0 4.3 4.3l1-1",
  lock: "M5 9.5h10v7H5zM7 9.5V7a3 3 0 0 1 6 0v2.5",
  menu: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  message: "M3.5 4.5h13v9h-7l-3.5 3v-3H3.5z",
  moon: "M15.8 11.8A6.3 6.3 0 0 1 8.2 4.2a6.3 6.3 0 1 0 7.6 7.6",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  people:
    "M7.5 9.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4M2.5 16.5c0-2.8 2-4.5 5-4.5s5 1.7 5 4.5M13 4.4a2.7 2.7 0 0 1 0 5M14.5 12.2c2 .5 3 2 3 4.3",
  pin: "m7 3.5 6 0M8 3.5v5L5.5 12h9L12 8.5v-5M10 12v5",
  quote: "M4 5.5v9M8 7h8.5M8 10h8.5M8 13h5",
  reply: "M8 5 3.5 9.5 8 14M4 9.5h7.5a4.5 4.5 0 0 1 4.5 4.5v1.5",
  retry: "M15.5 8A6 6 0 1 0 16 11.5M16 4v4h-4",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11M13 13l3.8 3.8",
  send: "M4 10 3.5 3.8 17 10 3.5 16.2zM4 10h6",
  settings:
    "M10 12.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2M10 3v2M10 15v2M3 10h2M15 10h2M5 5l1.5 1.5M13.5 13.5 15 15M15 5l-1.5 1.5M6.5 13.5 5 15",
  smile: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M7.5 8h.01M12.5 8h.01M7 11.5c.7 1.3 1.7 2 3 2s2.3-.7 3-2",
  star: "m10 3.2 2.1 4.4 4.7.6-3.4 3.3.8 4.8-4.2-2.3-4.2 2.3.8-4.8-3.4-3.3 4.7-.6z",
  thread: "M4 4.5h12v6.5H9.5l-3 2.5V11H4zM10 14h3l2.5 2v-2H16",
  trash: "M4 5.5h12M8 5.5v-2h4v2M5.5 5.5l.7 11h7.6l.7-11M8.5 8.5v5M11.5 8.5v5",
  unread: "M3.5 4.5h8M3.5 4.5v9H6v3l3.5-3h7V9M15.5 3.5a1.5 1.5 0 1 1-.01 0",
  user: "M10 9.8a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6M3.5 17c0-3.2 2.6-5 6.5-5s6.5 1.8 6.5 5",
} as const;

export type IconName = keyof typeof PATHS;
/** What is drawn in one place only can be loaded with that. */
export type Drawing = IconName | { readonly path: string };

const TURNS: ReadonlySet<Drawing> = new Set(["back", "caret", "leave", "reply", "send"]);

export function Icon({ name }: { name: Drawing }) {
  const width = name === "more" ? 2.6 : 1.6;
  return (
    <svg
      className="icon"
      data-turns={TURNS.has(name) || undefined}
      viewBox="0 0 20 20"
      aria-hidden="true"
      focusable="false"
    >
      <path
        d={typeof name === "string" ? PATHS[name] : name.path}
        fill="none"
        stroke="currentColor"
        strokeWidth={width}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

// Files that are dragged over the window: a conversation takes them, and nowhere do they replace the page.

import { type RefObject, useEffect, useEffectEvent, useState } from "react";

/** What takes files, as a whole. */
const ZONES = ".conversation, .thread";

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") ?? false;

/** The nearest conversation or thread around `inside` takes files; true while some are held over it. */
export function useDropping(
  inside: RefObject<HTMLElement | null>,
  onFiles: (files: FileList) => void,
): boolean {
  const [over, setOver] = useState(false);
  const take = useEffectEvent(onFiles);
  useEffect(() => {
    const zone = inside.current?.closest<HTMLElement>(ZONES);
    if (!zone) return;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(true);
    };
    const leave = ({ relatedTarget }: DragEvent) => {
      if (!(relatedTarget instanceof Node && zone.contains(relatedTarget))) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      event.stopPropagation();
      take(event.dataTransfer.files);
    };
    const stop = new AbortController();
    const { signal } = stop;
    zone.addEventListener("dragenter", enter, { signal });
    zone.addEventListener("dragover", enter, { signal });
    zone.addEventListener("dragleave", leave, { signal });
    zone.addEventListener("drop", drop, { signal });
    return () => stop.abort();
  }, [inside]);
  return over;
}

/** A file that falls beside what takes it would be opened in place of the page, with all that was being written. */
export function keepPage(): () => void {
  const refuse = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "none";
  };
  addEventListener("dragover", refuse);
  addEventListener("drop", refuse);
  return () => {
    removeEventListener("dragover", refuse);
    removeEventListener("drop", refuse);
  };
}

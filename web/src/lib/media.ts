import { useSyncExternalStore } from "react";

/** What the window is like, as a style sheet asks for it. */
export class Media {
  private readonly list: MediaQueryList;

  constructor(query: string) {
    this.list = matchMedia(query);
  }

  readonly get = (): boolean => this.list.matches;

  readonly subscribe = (change: () => void): (() => void) => {
    this.list.addEventListener("change", change);
    return () => this.list.removeEventListener("change", change);
  };
}

export const useMedia = (media: Media): boolean => useSyncExternalStore(media.subscribe, media.get);

// Where conversations were left: whoever comes back reads on there.

export interface Place {
  /** A row, by its message where it has one. */
  readonly key: string;
  /** How far below the top it was seen, in pixels. */
  readonly top: number;
}

export class Places {
  private readonly left = new Map<string, Place>();

  /** Null is the end, where one opens anyway. */
  keep(channel: string, place: Place | null): void {
    if (place) this.left.set(channel, place);
    else this.left.delete(channel);
  }

  of(channel: string): Place | null {
    return this.left.get(channel) ?? null;
  }

  /** The session is over. */
  end(): void {
    this.left.clear();
  }
}

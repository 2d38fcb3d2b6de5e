// Films and sound, played where they stand.

import { fileUrl } from "../../api/files";
import type { Attachment } from "../../api/types";
import { straight } from "../../lib/bidi";
import { useStop } from "../../ui/stops";
import { withDescription } from "./descriptions";

/** What browsers play; of the rest some do, or this one does not. */
export function playableKind({ media_type }: Attachment): "film" | "sound" | null {
  if (/^video\/(mp4|webm|quicktime)$/.test(media_type)) return "film";
  return /^audio\/(mpeg|mp4|webm|m4a|aac|ogg|(x-)?flac|(x-)?wav)$/.test(media_type) ? "sound" : null;
}

interface PlayerProps {
  file: Attachment;
  /** It was asked for, and begins. */
  begun?: boolean;
  /** This browser does not play it. */
  onError: () => void;
}

export function Player({ file, begun = false, onError }: PlayerProps) {
  const stop = useStop();
  const common = {
    src: fileUrl(file),
    controls: true,
    autoPlay: begun,
    tabIndex: stop,
    "aria-label": withDescription(straight(file.name), file),
    onError,
  };
  if (playableKind(file) === "film")
    return <video className="attachment-film" preload="metadata" {...common} />;
  return <audio preload="none" {...common} />;
}

import { useCallback, useState } from "react";
import { thumbnailUrl } from "../../api/files";
import { Icon } from "../../ui/Icon";
import { isPictureType } from "./pictures";
import type { Chip } from "./uploads";

interface PreviewProps extends Pick<Chip, "file" | "uploaded"> {
  /** To be looked at, and not only told apart. */
  large?: boolean;
}

/** A picture that is going to be sent, small; of anything else a sign. */
export function Preview({ file, uploaded, large = false }: PreviewProps) {
  const [broken, setBroken] = useState(false);
  const hash = uploaded?.hash;
  // From here as long as the bytes are here: then the server need not be asked, also not once it is there.
  const bytes = file instanceof File ? file : null;
  const fromServer = bytes === null && hash !== undefined ? thumbnailUrl(hash, large ? 640 : 96) : null;
  const show = useCallback(
    (image: HTMLImageElement) => {
      const url = bytes && URL.createObjectURL(bytes);
      const source = url ?? fromServer;
      if (source !== null) image.src = source;
      // In every case: where nothing is to be done at the end, React calls again, with no picture.
      return () => {
        if (url !== null) URL.revokeObjectURL(url);
      };
    },
    [bytes, fromServer],
  );
  if (broken || !isPictureType(file.type)) return large ? null : <Icon name="file" />;
  return (
    <img
      className={large ? "large-preview" : "chip-preview"}
      ref={show}
      alt=""
      data-testid="preview"
      onError={() => setBroken(true)}
    />
  );
}

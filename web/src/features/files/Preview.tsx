import { useCallback, useState } from "react";
import { thumbnailUrl } from "../../api/files";
import { Icon } from "../../ui/Icon";
import type { Chip } from "./uploads";

/** A picture that is going to be sent, small; of anything else a sign. */
export function Preview({ file, uploaded }: Pick<Chip, "file" | "uploaded">) {
  const [broken, setBroken] = useState(false);
  const hash = uploaded?.hash;
  // From here as long as the bytes are here: then the server need not be asked, also not once it is there.
  const bytes = file instanceof File ? file : null;
  const fromServer = bytes === null && hash !== undefined ? thumbnailUrl(hash, 96) : null;
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
  if (broken || !/^image\/(png|jpeg|gif|webp)$/.test(file.type)) return <Icon name="file" />;
  return (
    <img className="chip-preview" ref={show} alt="" data-testid="preview" onError={() => setBroken(true)} />
  );
}

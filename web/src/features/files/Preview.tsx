import { useCallback, useState } from "react";
import { Icon } from "../../ui/Icon";

/** A picture that is going to be sent, small; of anything else a sign. */
export function Preview({ file }: { file: File }) {
  const [broken, setBroken] = useState(false);
  const show = useCallback(
    (image: HTMLImageElement) => {
      const url = URL.createObjectURL(file);
      image.src = url;
      return () => URL.revokeObjectURL(url);
    },
    [file],
  );
  if (broken || !/^image\/(png|jpeg|gif|webp)$/.test(file.type)) return <Icon name="file" />;
  return (
    <img className="chip-preview" ref={show} alt="" data-testid="preview" onError={() => setBroken(true)} />
  );
}

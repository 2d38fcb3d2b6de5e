// The previews that go with what is being written, and a way to leave each out.

import { useEffectEvent, useLayoutEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { Preview } from "../../api/previews";
import { previewTexts } from "../../i18n/previews";
import { IconButton } from "../../ui/Button";
import { useSelect } from "../app/context";
import { parseCommand } from "../composer/commands";
import { Card } from "./Card";
import { draftedAt } from "./drafts";
import { shownOf } from "./links";
import { usePreviewSetting } from "./setting";

export type Take = (text: string) => readonly Preview[];

export interface ComposingProps {
  place: string;
  text: string;
  /** What gives the previews that a message takes along. */
  onReady: (take: Take) => void;
  /** One was left out: the button that did it is gone. */
  onRemoved: () => void;
}

export function Composing({ place, text, onReady, onRemoved }: ComposingProps) {
  const offered = useSelect((state) => state.server?.link_previews === true);
  const [wanted] = usePreviewSetting();
  const drafted = useMemo(() => draftedAt(place), [place]);
  // Of a command's text nothing is sent as it stands there.
  const on = offered && wanted && parseCommand(text.trim(), "") === null;
  useLayoutEffect(() => drafted.write(text, on), [drafted, text, on]);
  const ready = useEffectEvent(onReady);
  useLayoutEffect(() => ready((sent) => drafted.take(sent)), [drafted]);

  const list = useSyncExternalStore(drafted.subscribe, drafted.get);
  const shown = shownOf(text, list);
  const { arrived, leftOut, leaveOut } = previewTexts();
  const [known, setKnown] = useState(list);
  const [news, setNews] = useState("");
  if (known !== list) {
    setKnown(list);
    const fresh = shown.filter(({ url }) => !known.some((each) => each.url === url));
    if (fresh.length > 0) setNews(fresh.map(({ host, title }) => arrived(host, title)).join(" "));
  }
  // The same is told again of the next message.
  if (text === "" && news !== "") setNews("");
  return (
    <>
      <p className="visually-hidden" role="status" data-testid="preview-status">
        {news}
      </p>
      {shown.length === 0 ? null : (
        <div className="preview-drafts">
          {shown.map((preview) => (
            <Card
              key={preview.url}
              preview={preview}
              leads={false}
              action={
                <IconButton
                  icon="close"
                  size="small"
                  label={leaveOut(preview.host)}
                  onPress={() => {
                    drafted.leaveOut(preview.url);
                    setNews(leftOut(preview.host));
                    onRemoved();
                  }}
                />
              }
            />
          ))}
        </div>
      )}
    </>
  );
}

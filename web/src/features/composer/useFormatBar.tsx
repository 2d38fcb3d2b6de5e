// Whether the formatting bar is shown, and where it stands: the bar is a part of its own, loaded when it is first shown.

import { type MouseEvent, type ReactNode, type RefObject, Suspense, useSyncExternalStore } from "react";
import { t } from "../../i18n";
import { Local } from "../../lib/local";
import { Boundary } from "../../ui/Boundary";
import { Button, IconButton } from "../../ui/Button";
import { later } from "../../ui/later";
import type { Edit, Marked } from "./formatting";

const FormatBar = later(() => import("./FormatBar"));

const setting = new Local("loggia.formatting", (stored) => stored === true);

/** Carries out what this makes of the text and what is selected in it. */
export type Apply = (edit: (marked: Marked) => Edit) => void;

/** A press leaves the focus, and a phone its keyboard, where one writes. */
export const keepFocus = (event: MouseEvent): void => event.preventDefault();

type Box = RefObject<HTMLTextAreaElement | null>;

export function useFormatBar(box: Box, apply: Apply): { bar: ReactNode; toggle: ReactNode } {
  const shown = useSyncExternalStore(setting.subscribe, setting.get);
  const toggle = (
    <span className="format-toggle" onMouseDownCapture={keepFocus}>
      <IconButton
        icon="format"
        size="small"
        label={t.composer.formatting}
        pressed={shown}
        onPress={() => setting.set(!shown)}
      />
    </span>
  );
  const again = (retry: () => void) => (
    <div className="format-bar">
      <Button size="small" onPress={retry}>
        {t.common.retry}
      </Button>
    </div>
  );
  const bar = shown ? (
    <Boundary fallback={again}>
      {/* As high as the bar: what is below does not move when it comes. */}
      <Suspense fallback={<div className="format-bar" />}>
        <FormatBar box={box} apply={apply} />
      </Suspense>
    </Boundary>
  ) : null;
  return { bar, toggle };
}

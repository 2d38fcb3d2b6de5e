// A block of code: plain at once, coloured when the grammars are here. Tokens become elements, never HTML.

import type { ElementContent, RootContent } from "hast";
import { Fragment, type ReactNode, Suspense, useEffect, useState } from "react";
import { t } from "../../i18n";
import { Boundary } from "../Boundary";
import { later } from "../later";
import { sides } from "../sides";
import { useStop } from "../stops";
import type { highlight as highlightType } from "./highlight";

const CopyCode = later(() => import("./CopyCode"));

type Highlight = typeof highlightType;

/** Longer ones stay plain: colouring them would hold up the page. */
const COLOURED_CHARS_MAX = 6_000;

let loaded: Highlight | null = null;

/** Null until the grammars have arrived. A failed load is tried again by the next block. */
function useHighlight(wanted: boolean): Highlight | null {
  const [highlight, setHighlight] = useState<Highlight | null>(() => loaded);
  useEffect(() => {
    if (!wanted || highlight) return;
    let current = true;
    import("./highlight").then(
      (module) => {
        loaded = module.highlight;
        if (current) setHighlight(() => module.highlight);
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [wanted, highlight]);
  return highlight;
}

export function Code({ value, language }: { value: string; language: string | null | undefined }) {
  const stop = useStop(0);
  const wanted = Boolean(language) && value.length <= COLOURED_CHARS_MAX;
  const highlight = useHighlight(wanted);
  const tree = wanted && language && highlight ? highlight(language, value) : null;
  return (
    <div className="code-block">
      {/* Scrolls sideways, so the keyboard must be able to reach it. */}
      <pre
        ref={sides}
        tabIndex={stop}
        role="group"
        aria-label={language ? `${t.message.code}: ${language}` : t.message.code}
      >
        <code data-coloured={tree ? "" : undefined}>{tree ? tokens(tree.children) : value}</code>
      </pre>
      <Boundary fallback={null}>
        <Suspense>
          <CopyCode value={value} />
        </Suspense>
      </Boundary>
    </div>
  );
}

export function tokens(nodes: readonly (RootContent | ElementContent)[]): ReactNode {
  return nodes.map((node, index) => {
    if (node.type === "text") return <Fragment key={index}>{node.value}</Fragment>;
    if (node.type !== "element") return null;
    const { className } = node.properties;
    return (
      <span key={index} className={Array.isArray(className) ? className.join(" ") : undefined}>
        {tokens(node.children)}
      </span>
    );
  });
}

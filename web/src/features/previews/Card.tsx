// One preview. The host is the address's own; all else are words of whoever sent it, or of the page.

import type { ReactNode } from "react";
import { previewTexts } from "../../i18n/previews";
import { straight } from "../../lib/bidi";
import { useStop } from "../../ui/stops";
import type { Shown } from "./links";

interface CardProps {
  preview: Shown;
  /** Its title leads there. */
  leads: boolean;
  /** A button. */
  action?: ReactNode;
}

export function Card({ preview, leads, action }: CardProps) {
  const { host } = preview;
  const site = straight(preview.site ?? "");
  const title = straight(preview.title) || host;
  const description = straight(preview.description ?? "");
  const bare = (name: string) => name.toLowerCase().replace(/^www\./, "");
  return (
    <div className="preview-card" role="group" aria-label={previewTexts().label(host)} data-testid="preview">
      <div className="preview-main">
        <p className="preview-from">
          <bdi className="preview-host">{host}</bdi>{" "}
          {site && bare(site) !== bare(host) ? <bdi className="preview-site">{site}</bdi> : null}
        </p>
        <p className="preview-title" dir="auto">
          {leads ? <Title url={preview.url}>{title}</Title> : title}
        </p>
        {description ? (
          <p className="preview-description" dir="auto">
            {description}
          </p>
        ) : null}
      </div>
      {action}
    </div>
  );
}

function Title({ url, children }: { url: string; children: string }) {
  return (
    <a href={new URL(url).href} tabIndex={useStop()} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

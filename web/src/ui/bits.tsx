// Small things without behaviour.

import type { ReactNode } from "react";
import { t } from "../i18n";
import { spokenTexts } from "../i18n/spoken";
import { Arcade } from "./Logo";

export function Badge({ count, loud, label }: { count: number; loud?: boolean; label: string }) {
  if (count <= 0) return null;
  return (
    <span className="badge" data-loud={loud || undefined}>
      <span aria-hidden="true">{count > 99 ? "99+" : count}</span>
      <span className="visually-hidden">{label}</span>
    </span>
  );
}

/** Beside the name of an account in whose name a program writes. */
export function BotTag() {
  return <span className="tag">{t.people.bot}</span>;
}

/** How much was found, for those who do not see the list: always there, since what is put in anew is often not heard. */
export function FoundStatus({ count, more = false }: { count: number | null; more?: boolean }) {
  return (
    <p className="visually-hidden" role="status">
      {count === null ? "" : spokenTexts().results(count, more)}
    </p>
  );
}

export function Skeleton({ width = "100%", height = 14 }: { width?: number | string; height?: number }) {
  return <div className="skeleton" style={{ width, height }} aria-hidden="true" />;
}

export function EmptyState({
  title,
  children,
  actions,
  art = true,
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  art?: boolean;
}) {
  return (
    <div className="empty">
      {art ? <Arcade /> : null}
      <h2>{title}</h2>
      {children ? <p>{children}</p> : null}
      {actions ? <div className="empty-actions">{actions}</div> : null}
    </div>
  );
}

export function Keys({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>;
}

/** Rows of a timeline that is on its way. */
export function TimelineSkeleton({ label }: { label: string }) {
  return (
    <div className="timeline-skeleton" role="status" aria-label={label}>
      {[72, 48, 86, 60, 40].map((width) => (
        <div key={width} className="timeline-skeleton-row">
          <Skeleton width={36} height={36} />
          <div>
            <Skeleton width={120} height={12} />
            <Skeleton width={`${width}%`} />
          </div>
        </div>
      ))}
    </div>
  );
}

export function ListSkeleton({ rows = 5, label }: { rows?: number; label: string }) {
  return (
    <div className="list-skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} width={`${90 - index * 9}%`} height={20} />
      ))}
    </div>
  );
}

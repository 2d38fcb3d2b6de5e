// What the lists of the administrator's page have in common: a search, rows, more of them.

import type { ReactNode } from "react";
import { t } from "../../i18n";
import { EmptyState, ListSkeleton } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { problemText } from "../client/problems";

interface ListingProps<T> {
  search?: { label: string; value: string; onChange: (value: string) => void };
  rows: T[] | null;
  failed: unknown;
  more: (() => void) | null;
  empty: string;
  children: (row: T) => ReactNode;
}

export function Listing<T>({ search, rows, failed, more, empty, children }: ListingProps<T>) {
  return (
    <div className="form">
      {search ? (
        <input
          className="input"
          type="search"
          aria-label={search.label}
          placeholder={search.label}
          value={search.value}
          onChange={(event) => search.onChange(event.target.value)}
        />
      ) : null}
      {failed ? <p role="alert">{problemText(failed)}</p> : null}
      {rows || failed ? null : <ListSkeleton label={t.common.loading} />}
      {rows?.length === 0 ? <EmptyState title={empty} art={false} /> : null}
      <ul className="people">{rows?.map(children)}</ul>
      {more ? (
        <Button wide variant="quiet" onPress={more}>
          {t.members.more}
        </Button>
      ) : null}
    </div>
  );
}

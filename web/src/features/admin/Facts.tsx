import { get_storage } from "../../api/admin";
import { locale, named, t } from "../../i18n";
import { fileSize } from "../../lib/size";
import { ListSkeleton } from "../../ui/bits";
import { useSelect } from "../app/context";
import { problemText } from "../client/problems";
import { useSearch } from "../dialogs/useSearch";

export function Facts() {
  const server = useSelect((state) => state.server);
  const { found: stored, failed } = useSearch("", get_storage);
  const bytes = server?.limits["message_bytes"];
  const facts: [string, string][] = server
    ? [
        [t.admin.name, server.name],
        [t.admin.version, server.version],
        [t.admin.registration, named(t.admin.registrationOf, server.registration) ?? server.registration],
        ...(bytes === undefined
          ? []
          : [[t.admin.messageBytes, t.admin.bytes(bytes)] satisfies [string, string]]),
      ]
    : [];
  const figures: [string, string][] = stored
    ? [
        [t.admin.accountCount, stored.accounts.toLocaleString(locale)],
        [t.admin.channels, stored.channels.toLocaleString(locale)],
        [t.admin.entryCount, stored.entries.toLocaleString(locale)],
        [t.admin.files, t.admin.filesOf(stored.files, fileSize(stored.file_bytes))],
        [t.admin.database, fileSize(stored.database_bytes)],
      ]
    : [];
  return (
    <>
      <List facts={facts} />
      <h3 className="facts-title">{t.admin.storage}</h3>
      {failed ? <p role="alert">{problemText(failed)}</p> : null}
      {stored || failed ? <List facts={figures} /> : <ListSkeleton label={t.common.loading} />}
    </>
  );
}

function List({ facts }: { facts: [string, string][] }) {
  return (
    <dl className="facts">
      {facts.map(([what, value]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

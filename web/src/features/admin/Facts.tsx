import { get_storage } from "../../api/admin";
import { locale, named, t } from "../../i18n";
import { adminTexts } from "../../i18n/admin";
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
        [adminTexts().name, server.name],
        [adminTexts().version, server.version],
        [
          adminTexts().registration,
          named(adminTexts().registrationOf, server.registration) ?? server.registration,
        ],
        ...(bytes === undefined
          ? []
          : [[adminTexts().messageBytes, adminTexts().bytes(bytes)] satisfies [string, string]]),
      ]
    : [];
  const figures: [string, string][] = stored
    ? [
        [adminTexts().accountCount, stored.accounts.toLocaleString(locale)],
        [adminTexts().channels, stored.channels.toLocaleString(locale)],
        [adminTexts().entryCount, stored.entries.toLocaleString(locale)],
        [adminTexts().files, adminTexts().filesOf(stored.files, fileSize(stored.file_bytes))],
        [adminTexts().database, fileSize(stored.database_bytes)],
      ]
    : [];
  return (
    <>
      <List facts={facts} />
      <h3 className="facts-title">{adminTexts().storage}</h3>
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

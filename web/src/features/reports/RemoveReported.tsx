// Deletes what was reported: as a moderator in one's own name, else as an administrator of the server.

import type { Report } from "../../api/reports";
import { t } from "../../i18n";
import { nearEntry, onceLost } from "../../lib/focus";
import { ConfirmDialog } from "../../ui/Dialog";
import { useChannel, useClient, useMe } from "../app/context";
import { canReach } from "../client/rights";
import { RemovalDialog } from "../dialogs/RemovalDialog";
import { Quoted } from "./Quoted";
import { removeReported } from "./removing";
import type { Removal } from "./reports";

interface RemoveReportedProps {
  report: Report;
  as: Removal;
  onDone: () => void;
  onClose: () => void;
}

export function RemoveReported({ report, as, onDone, onClose }: RemoveReportedProps) {
  const client = useClient();
  const { message } = report;

  const me = useMe();
  const host = useChannel(report.channel.id)?.info.host;

  const remove = async (reason: string, onlyHere: boolean) => {
    const back = nearEntry(String(report.id));
    const removed = await removeReported(client, report, as, reason, onlyHere);
    if (removed === "done") {
      onClose();
      onDone();
      onceLost(back, { inDialog: true });
    }
    return removed;
  };

  const quote = message ? <Quoted message={message} /> : null;
  return as === "moderator" ? (
    <ConfirmDialog
      title={t.message.removeTitle}
      action={t.message.remove}
      onClose={onClose}
      text={
        <>
          <p>{t.message.removeText}</p>
          {quote}
        </>
      }
      onConfirm={() => void remove("", false)}
    />
  ) : (
    <RemovalDialog
      quote={quote}
      outOfReach={host !== undefined && !canReach(me, host, report.author.id)}
      onRemove={remove}
      onClose={onClose}
    />
  );
}

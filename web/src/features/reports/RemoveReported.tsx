// Deletes what was reported: as a moderator in one's own name, else as an administrator of the server.

import type { Report } from "../../api/types";
import { t } from "../../i18n";
import { nearEntry, onceLost } from "../../lib/focus";
import { ConfirmDialog } from "../../ui/Dialog";
import { useClient } from "../app/context";
import { ReasonDialog } from "../dialogs/ReasonDialog";
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

  const remove = async (reason: string) => {
    const back = nearEntry(String(report.id));
    if (!(await removeReported(client, report, as, reason))) return;
    onDone();
    onceLost(back, { inDialog: true });
  };

  const asked = { title: t.message.removeTitle, action: t.message.remove, onClose };
  const quote = message ? <Quoted message={message} /> : null;
  return as === "moderator" ? (
    <ConfirmDialog
      {...asked}
      text={
        <>
          <p>{t.message.removeText}</p>
          {quote}
        </>
      }
      onConfirm={() => void remove("")}
    />
  ) : (
    <ReasonDialog
      {...asked}
      text={
        <>
          <p>{t.admin.removeText}</p>
          {quote}
        </>
      }
      hint={t.admin.reasonHint}
      onConfirm={(reason) => void remove(reason)}
    />
  );
}

// Deletes what was reported: as a moderator in one's own name, else as an administrator of the server.

import { remove_message } from "../../api/admin";
import type { Report } from "../../api/types";
import { t } from "../../i18n";
import { reportTexts } from "../../i18n/reports";
import { nearEntry, onceLost } from "../../lib/focus";
import { ConfirmDialog } from "../../ui/Dialog";
import { useClient } from "../app/context";
import { ReasonDialog } from "../dialogs/ReasonDialog";
import { Quoted } from "./Quoted";
import type { Removal } from "./reports";

interface RemoveReportedProps {
  report: Report;
  as: Removal;
  onDone: () => void;
  onClose: () => void;
}

export function RemoveReported({ report, as, onDone, onClose }: RemoveReportedProps) {
  const client = useClient();
  const { channel, message, message_id: id } = report;

  const remove = async (reason: string) => {
    const back = nearEntry(String(report.id));
    if (as === "moderator") {
      if (!(await client.actions.remove(channel.id, id))) return;
    } else {
      try {
        if (await remove_message(channel.id, id, reason)) client.notices.show(reportTexts().removeWaits);
      } catch (error) {
        return client.actions.failed(error);
      }
    }
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

// For administrators and moderators: what was reported. Loaded when opened.

import { type ComponentType, useEffect, useMemo, useState } from "react";
import { t } from "../../i18n";
import { reportTexts } from "../../i18n/reports";
import { TabbedDialog } from "../../ui/TabbedDialog";
import { Listing } from "../admin/Listing";
import { useRoute } from "../app/route";
import { type DialogView, useView, ViewContext } from "../app/view";
import type { DialogProps } from "../dialogs/Dialogs";
import { ReportRow } from "./ReportRow";
import { useReports } from "./useReports";

interface ReportsProps {
  /** What is opened from here, which lies over it. */
  over: ComponentType<DialogProps>;
  onClose: () => void;
}

export default function Reports(props: ReportsProps) {
  const { onClose } = props;
  const texts = reportTexts();
  useElsewhere(onClose);
  const tabs = [
    { id: "open", title: texts.open, content: <List {...props} closed={false} /> },
    { id: "closed", title: texts.closed, content: <List {...props} closed /> },
  ];
  return <TabbedDialog title={t.nav.reports} tabs={tabs} width={760} testId="reports" onClose={onClose} />;
}

/** Who was led to another place, by a link in a message or from somebody's profile, is done here. */
function useElsewhere(onClose: () => void): void {
  const route = useRoute();
  const [from] = useState(route);
  const moved = route.channel !== from.channel || (route.message !== null && route.message !== from.message);
  useEffect(() => {
    if (moved) onClose();
  }, [moved, onClose]);
}

function List({ closed, over: Over, onClose }: ReportsProps & { closed: boolean }) {
  const texts = reportTexts();
  const view = useView();
  const [opened, open] = useState<DialogView | null>(null);
  // One comes back to where one was in the list.
  const own = useMemo(() => ({ ...view, openDialog: open }), [view]);
  const { rows, failed, more, put, reload } = useReports(closed);
  return (
    <ViewContext value={own}>
      <Listing rows={rows} failed={failed} more={more} empty={closed ? texts.noneClosed : texts.none}>
        {(report) => (
          <ReportRow key={report.id} report={report} onChange={put} onRemoved={reload} onLeave={onClose} />
        )}
      </Listing>
      {opened ? <Over dialog={opened} onClose={() => open(null)} /> : null}
    </ViewContext>
  );
}

import { t } from "../i18n";
import { IconButton } from "./Button";

export interface Notice {
  id: number;
  text: string;
}

export function Notices({ notices, onClose }: { notices: readonly Notice[]; onClose: (id: number) => void }) {
  return (
    // Over a dialog too: it neither switches them off nor takes a press on one for a press beside it.
    <div className="notices" role="status" aria-live="polite" data-react-aria-top-layer="true">
      {notices.map((notice) => (
        <div key={notice.id} className="notice">
          <p>{notice.text}</p>
          <IconButton icon="close" size="small" label={t.common.dismiss} onPress={() => onClose(notice.id)} />
        </div>
      ))}
    </div>
  );
}

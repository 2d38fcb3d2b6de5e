// While files are held over a conversation: they may be let go here.

import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";

export function DropHint() {
  return (
    <div className="drop-hint" data-testid="drop-hint">
      <Icon name="clip" />
      <p>{t.files.drop}</p>
    </div>
  );
}

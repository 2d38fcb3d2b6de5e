// Opens the conversations where they wait out of sight, and says whether something waits there.

import { t } from "../../i18n";
import { IconButton } from "../../ui/Button";
import { anyUnread, badgeCount } from "../../store/selectors";
import { useSelect } from "../app/context";
import { useView } from "../app/view";

const COUNT_MAX = 99;

/** `active` is the conversation that is in sight. */
export function MenuButton({ active }: { active: string | null }) {
  const view = useView();
  const count = useSelect((state) => badgeCount(state, active));
  const unread = useSelect((state) => anyUnread(state, active));
  const waits = count > 0 ? [t.nav.forYou(count)] : unread ? [t.nav.unreadElsewhere] : [];
  return (
    <span className="only-small">
      <span className="menu-button">
        <IconButton
          icon="menu"
          label={[t.nav.open, ...waits].join(", ")}
          onPress={() => view.setDrawer(true)}
        />
        {count > 0 ? (
          <span className="badge" data-loud aria-hidden="true" data-testid="menu-badge">
            {count > COUNT_MAX ? `${COUNT_MAX}+` : count}
          </span>
        ) : unread ? (
          <span className="menu-dot" aria-hidden="true" data-testid="menu-dot" />
        ) : null}
      </span>
    </span>
  );
}

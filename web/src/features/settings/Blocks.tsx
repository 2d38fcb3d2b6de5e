// Those whom one blocks: loaded when opened.

import { useEffect, useState } from "react";
import { list_blocks } from "../../api/operations";
import type { Block } from "../../api/types";
import { t } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { ListSkeleton } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { Failed } from "../../ui/Failed";
import { displayName } from "../../store/selectors";
import { useClient, useSelect } from "../app/context";
import { useView } from "../app/view";
import { useFailing } from "../conversation/useFailing";

/** More than a server lets one person block. */
const PAGES_MAX = 20;

async function all(): Promise<Block[]> {
  const found: Block[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer: Awaited<ReturnType<typeof list_blocks>> = await list_blocks(cursor ? { cursor } : {});
    found.push(...answer.blocks);
    cursor = answer.next;
    if (!cursor) break;
  }
  return found;
}

export function Blocks() {
  const client = useClient();
  const view = useView();
  const texts = t.blocks;
  const blocked = useSelect((state) => state.blocked);
  const [found, setFound] = useState<Block[] | null>(null);
  const { failed, fail, retry } = useFailing();
  useEffect(() => {
    if (failed) return;
    let wanted = true;
    all().then(
      (blocks) => wanted && setFound(blocks),
      (error: unknown) => wanted && fail(error),
    );
    return () => {
      wanted = false;
    };
  }, [failed, fail, blocked]);
  const shown = found?.filter(({ user }) => blocked[user.id]) ?? [];
  return (
    <section className="form" aria-label={texts.title} data-testid="blocks">
      <h3 className="settings-title">{texts.title}</h3>
      {!found && failed ? <Failed onRetry={retry} /> : null}
      {!found && !failed ? <ListSkeleton label={t.common.loading} rows={1} /> : null}
      {found && shown.length === 0 ? <p className="field-hint">{texts.none}</p> : null}
      <ul className="people">
        {shown.map(({ user }) => {
          const name = displayName(user, user.id);
          return (
            <li key={user.id} className="reactor">
              <Avatar id={user.id} name={name} size={26} />
              {/* From there the conversation with them is opened, which is listed no more. */}
              <button
                type="button"
                className="author truncate"
                title={user.id}
                onClick={() => view.openDialog({ kind: "profile", user: user.id })}
              >
                {name}
              </button>
              <Button
                size="small"
                aria-label={texts.unblockLabel(name)}
                onPress={() => void client.actions.block(user.id, false)}
              >
                {texts.unblock}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

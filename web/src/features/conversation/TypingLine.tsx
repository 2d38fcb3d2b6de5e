import { t } from "../../i18n";
import { displayName } from "../../store/selectors";
import type { ChannelState } from "../../store/state";
import { useSelect } from "../app/context";

/** Always there, so that nothing moves when somebody begins to write. */
export function TypingLine({ channel }: { channel: ChannelState }) {
  const users = useSelect((state) => state.users);
  const blocked = useSelect((state) => state.blocked);
  const typing = Object.keys(channel.typing).filter((id) => !blocked[id]);
  const [a, b, c] = typing.map((id) => displayName(users[id], id));
  const text = !a ? "" : !b ? t.typing.one(a) : !c ? t.typing.two(a, b) : t.typing.many;
  return (
    <div className="typing-line truncate" data-testid="typing">
      {text ? (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {text}
        </>
      ) : null}
    </div>
  );
}

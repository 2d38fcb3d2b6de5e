import { useEffect } from "react";
import { t } from "../../i18n";
import { spokenTexts } from "../../i18n/spoken";
import { Avatar } from "../../ui/Avatar";
import { IconButton } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { displayName } from "../../store/selectors";
import { useClient, useSelect } from "../app/context";
import { canModerate } from "../client/rights";
import { alike, useSigns } from "../emoji/shortcodes";

/** All reactions of a message and whose they are: what a tooltip can't show, and a finger can't point at. */
export function WhoReacted({
  channel,
  message: id,
  onClose,
}: {
  channel: string;
  message: string;
  onClose: () => void;
}) {
  const client = useClient();
  const message = useSelect((state) => state.channels[channel]?.messages[id]);
  const users = useSelect((state) => state.users);
  const blocked = useSelect((state) => state.blocked);
  const info = useSelect((state) => state.channels[channel]?.info);
  const me = useSelect((state) => state.me?.id);
  const reactions = message?.reactions ?? [];
  const signs = useSigns(reactions);
  useEffect(() => {
    client.people.need(message?.reactions.flatMap((reaction) => reaction.users) ?? []);
  }, [client, message]);
  /** What one sees as one may have been given in several ways. */
  const remove = (all: readonly string[], user: string) => {
    for (const { emoji, users: who } of reactions)
      if (all.includes(emoji) && who.includes(user))
        void client.actions.removeReaction(channel, id, emoji, user);
  };
  return (
    <Dialog title={t.message.whoReacted} onClose={onClose} width={420} testId="who-reacted">
      {reactions.length === 0 ? <p className="field-hint">{t.message.noReactions}</p> : null}
      {alike(reactions, signs).map(({ emoji, all, count, users: who }) => (
        <section key={emoji} className="reactors" aria-label={`${emoji} ${String(count)}`}>
          <h3>
            <span className="reactors-emoji">{emoji}</span> {count}
          </h3>
          <ul className="people">
            {who
              .filter((user) => !blocked[user])
              .map((user) => (
                <li key={user} className="reactor">
                  <Avatar id={user} name={displayName(users[user], user)} size={26} />
                  <span className="truncate">{displayName(users[user], user)}</span>
                  {info && canModerate(info) && user !== me ? (
                    <IconButton
                      size="small"
                      icon="trash"
                      label={spokenTexts().deleteReaction(emoji, displayName(users[user], user))}
                      onPress={() => remove(all, user)}
                    />
                  ) : null}
                </li>
              ))}
          </ul>
          {count > who.length ? (
            <p className="field-hint">{t.message.moreReactors(count - who.length)}</p>
          ) : null}
        </section>
      ))}
    </Dialog>
  );
}

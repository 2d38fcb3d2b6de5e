// Which keys there are.

import { t } from "../../i18n";
import { messageKeyTexts } from "../../i18n/messageKeys";
import { isMac } from "../../lib/keys";
import { Keys } from "../../ui/bits";
import { keyName } from "../conversation/messageKeys";

type Row = [what: string, keys: string[]];

export function Keyboard() {
  const { keys: named } = t.shortcuts;
  const control = isMac() ? "⌘" : named.control;
  const texts = messageKeyTexts();
  return (
    <div className="form">
      <Rows
        rows={[
          [t.shortcuts.switcher, [control, "K"]],
          [t.shortcuts.search, ["/"]],
          [t.shortcuts.next, ["Alt", "↑ ↓"]],
          [t.shortcuts.unread, ["Alt", named.shift, "↑ ↓"]],
          [t.shortcuts.history, ["Alt", "← →"]],
          [t.shortcuts.landmarks, ["F6"]],
          [texts.menu, [named.shift, "F10"]],
          [t.shortcuts.inbox, [control, named.shift, "M"]],
          [t.shortcuts.read, [named.escape]],
          [t.shortcuts.readAll, [named.shift, named.escape]],
          [t.shortcuts.bold, [control, "B I E"]],
          [t.shortcuts.help, [control, "/"]],
          [t.shortcuts.send, [named.enter]],
          [t.shortcuts.newline, [named.shift, named.enter]],
          [t.shortcuts.edit, ["↑"]],
        ]}
      />
      <section className="fieldset" aria-labelledby="message-keys">
        <h3 id="message-keys">{texts.title}</h3>
        <p className="field-hint">{texts.hint}</p>
        <Rows rows={messageRows()} />
      </section>
    </div>
  );
}

/** As the tools and the menu of a message say it, in their order. */
function messageRows(): Row[] {
  const { message } = t;
  const all = {
    react: message.react,
    reply: message.reply,
    thread: message.replyInThread,
    edit: message.edit,
    pin: message.pin,
    save: message.save,
    remind: message.remind,
    quote: message.quote,
    copy: message.copyText,
    link: message.copyLink,
    unread: message.markUnread,
    remove: message.remove,
  };
  return Object.entries(all).map(([id, what]) => [what, [keyName(id) ?? ""]]);
}

function Rows({ rows }: { rows: Row[] }) {
  return (
    <dl className="shortcuts">
      {rows.map(([what, keys]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>
            {keys.map((key) => (
              <Keys key={key}>{key}</Keys>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

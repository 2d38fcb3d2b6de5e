import { t } from "../../i18n";
import { Keys } from "../../ui/bits";
import { Dialog } from "../../ui/Dialog";
import { COMMANDS } from "../composer/commands";
import { usage } from "../composer/useCommands";

export function CommandHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t.commands.title} onClose={onClose} width={520} testId="commands">
      <dl className="shortcuts">
        {COMMANDS.map((name) => (
          <div key={name}>
            <dt>{t.commands[name].does}</dt>
            <dd>
              <Keys>{usage(name)}</Keys>
            </dd>
          </div>
        ))}
        <div>
          <dt>{t.commands.slash}</dt>
          <dd>
            <Keys>{"//"}</Keys>
          </dd>
        </div>
      </dl>
    </Dialog>
  );
}

// Carries out slash commands. What cannot be done is said, and the text stays where it is.

import { useCallback, useState } from "react";
import { t } from "../../i18n";
import { useClient } from "../app/context";
import { go } from "../app/route";
import { useView } from "../app/view";
import { type Command, type CommandName, parseCommand } from "./commands";

/** How a command is written: `/join #alias`. */
export function usage(name: CommandName): string {
  return `/${name} ${t.commands[name].takes}`.trim();
}

interface Commands {
  /** Why the last one was refused. */
  hint: string | null;
  clearHint: () => void;
  /** Null when the text is to be sent as it is; else whether it is done. */
  run: (text: string) => Promise<boolean> | null;
}

export function useCommands(channel: string, say: (text: string) => void): Commands {
  const client = useClient();
  const view = useView();
  const [hint, setHint] = useState<string | null>(null);
  const clearHint = useCallback(() => setHint(null), []);

  const refuse = (words: string): false => {
    setHint(words);
    return false;
  };

  const carryOut = async (command: Command): Promise<boolean> => {
    const { actions } = client;
    const info = client.store.getState().channels[channel]?.info;
    const dm = info?.kind === "dm";
    switch (command.kind) {
      case "unknown":
        return refuse(t.composer.unknownCommand(command.name));
      case "usage":
        return refuse(t.composer.usage(usage(command.name)));
      case "say":
        say(command.text);
        return true;
      case "help":
        view.openDialog({ kind: "commands" });
        return true;
      case "leave":
        if (dm) return refuse(t.composer.notInDm);
        view.openDialog({ kind: "leave", channel });
        return true;
      case "topic":
        if (dm) return refuse(t.composer.notInDm);
        return actions.setTopic(channel, command.topic);
      case "invite":
        if (dm) return refuse(t.composer.notInDm);
        return actions.invite(channel, command.users);
      case "join":
      case "dm": {
        const found =
          command.kind === "join"
            ? await actions.joinAlias(command.alias)
            : await actions.startDm(command.users);
        if (found) go(found.id);
        return found !== null;
      }
    }
  };

  const run = (text: string): Promise<boolean> | null => {
    const server = client.store.getState().me?.server ?? "";
    const command = parseCommand(text, server);
    return command ? carryOut(command) : null;
  };

  return { hint, clearHint, run };
}

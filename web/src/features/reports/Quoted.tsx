import type { Message } from "../../api/types";
import { Boundary } from "../../ui/Boundary";
import { Markdown } from "../../ui/markdown/Markdown";
import { filesOf } from "../conversation/words";

const FILES_CHARS_MAX = 200;

/** What a message says and carries, where one decides about it. */
export function Quoted({ message }: { message: Pick<Message, "text" | "attachments"> }) {
  const files = filesOf(message, FILES_CHARS_MAX);
  return (
    <div className="confirm-quote">
      <Boundary fallback={<p className="plain">{message.text}</p>}>
        <Markdown text={message.text} />
      </Boundary>
      {files ? <p className="field-hint">{files}</p> : null}
    </div>
  );
}

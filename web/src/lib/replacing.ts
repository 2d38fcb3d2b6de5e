// Changes the text of a box so that Ctrl+Z takes it back.

/**
 * Puts `piece` in the place of `from` to `to`, as if it had been typed: only then does the browser remember it, and
 * not forget what was typed before. The box tells of it as of any typing. The caret is behind the piece.
 */
export function replaceRange(box: HTMLTextAreaElement, piece: string, from: number, to: number): void {
  const next = box.value.slice(0, from) + piece + box.value.slice(to);
  const at = from + piece.length;
  box.focus();
  box.setSelectionRange(from, to);
  if (next === box.value) return box.setSelectionRange(at, at);
  // Old, but no browser has anything else for this.
  const [command, value] = piece === "" ? ["delete"] : ["insertText", piece];
  if (!box.ownerDocument.execCommand(command, false, value) || box.value !== next) {
    box.setRangeText(next, 0, box.value.length);
    box.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }));
  }
  // What is typed next is another thing to take back.
  box.setSelectionRange(at, at);
}

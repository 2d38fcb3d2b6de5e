// Why something is done, as the server takes it: what is pasted may have signs in it that control something.

interface Reason {
  reason?: string;
}

const given = (reason: string): Reason => (reason === "" ? {} : { reason });

/** For the log and the record of administrators. */
export const inOneLine = (text: string): Reason => given(text.replace(/[\s\p{Cc}]+/gu, " ").trim());

/** For a report. */
export const inLines = (text: string): Reason =>
  given(
    text
      .replace(/\r\n?/g, "\n")
      .replace(/(?!\n)\p{Cc}/gu, " ")
      .trim(),
  );

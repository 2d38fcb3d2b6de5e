// Was über Nachrichten gesagt wird, die kommen, während man weg ist.

import type { NotifyTexts } from "./notify";

export const notify: NotifyTexts = {
  closed: "Benachrichtigungen, wenn Loggia geschlossen ist",
  closedHint:
    "Der Hersteller deines Browsers bringt sie, ohne sie lesen zu können. Was du bis dahin woanders gelesen hast, wird nicht gesendet.",
  closedFailed: "Dein Browser hat es nicht erlaubt, oder sein Benachrichtigungsdienst antwortet nicht.",
  keywords: "Wörter, auf die ich achte",
  keywordsHint:
    "Durch Kommas getrennt. Eine Nachricht mit einem davon benachrichtigt dich wie eine Erwähnung.",
};

// Words that notify as a mention does.

import { useEffect, useState } from "react";
import { get_attention, update_attention } from "../../api/operations";
import { t } from "../../i18n";
import { notifyTexts } from "../../i18n/notify";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { useClient } from "../app/context";
import { fieldProblem } from "../client/problems";
import { wordsOf } from "./words";

export function KeywordSettings() {
  const client = useClient();
  const texts = notifyTexts();
  const [kept, setKept] = useState<string | null>(null);
  const [text, setText] = useState("");
  const [error, setError] = useState<unknown>(null);
  const show = (words: readonly string[]) => {
    setKept(words.join(", "));
    setText(words.join(", "));
  };
  useEffect(() => {
    let wanted = true;
    get_attention()
      .then(({ keywords }) => wanted && show(keywords))
      .catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, []);
  if (kept === null) return null;
  const save = async () => {
    try {
      show((await update_attention({ keywords: wordsOf(text) })).keywords);
      setError(null);
      client.notices.show(t.common.saved);
    } catch (cause) {
      setError(cause);
      if (!fieldProblem(cause, "keywords")) client.actions.failed(cause);
    }
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field
        label={texts.keywords}
        hint={texts.keywordsHint}
        value={text}
        onChange={setText}
        error={fieldProblem(error, "keywords")}
      />
      {text === kept ? null : (
        <div className="button-row">
          <Button type="submit">{t.common.save}</Button>
        </div>
      )}
    </form>
  );
}

import { useState } from "react";
import { scheduledTexts } from "../../i18n/scheduled";
import { timesTexts } from "../../i18n/times";
import { Button } from "../../ui/Button";
import { useView } from "../app/view";
import { whenText } from "../times/times";
import "./scheduled.css";

/** When what was written goes, and where it is until then. */
export default function LaterNote({ ts }: { ts: number }) {
  const view = useView();
  const texts = scheduledTexts();
  const [now] = useState(() => Date.now());
  return (
    <p className="composer-hint composer-due composer-later">
      {texts.willBeSent(whenText(ts, now, timesTexts()))}
      <Button size="small" onPress={() => view.setPanel({ kind: "scheduled" })}>
        {texts.show}
      </Button>
    </p>
  );
}

// What may disturb, and when.

import { useState } from "react";
import type { Attention } from "../../api/types";
import { t } from "../../i18n";
import { moment } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Choices } from "../../ui/Field";
import { Toggle } from "../../ui/Toggle";
import { chime } from "../attention/chime";
import { offer } from "../attention/offer";
import { askPermission, usePermission } from "../attention/permission";
import {
  type AttentionSettings,
  minutesOf,
  type Schedule,
  timeField,
  tomorrowMorning,
} from "../attention/quiet";
import { changeOnServer, ownZone } from "../attention/server";
import { keepPush } from "../attention/push";
import { attentionSettings, useAttentionSettings } from "../attention/settings";
import { useClient, useMe } from "../app/context";
import { EmailSettings } from "./EmailSettings";
import { KeywordSettings } from "./KeywordSettings";
import { PushSettings } from "./PushSettings";

const HOUR_MS = 3_600_000;
const set = (change: Partial<AttentionSettings>) =>
  attentionSettings.change((known) => ({ ...known, ...change }));

export function Notifications() {
  const settings = useAttentionSettings();
  const me = useMe();
  return (
    <div className="form">
      <Desktop settings={settings} />
      <PushSettings />
      <Toggle
        label={t.attention.sound}
        hint={t.attention.soundHint}
        value={settings.sound}
        onChange={(sound) => {
          set({ sound });
          if (sound) void chime();
        }}
      />
      <Choices
        label={t.attention.scope}
        value={settings.scope}
        onChange={(scope) => {
          set({ scope });
          if (me) keepPush(me.id).catch(() => undefined);
        }}
        choices={[
          { value: "mine", title: t.attention.scopeMine },
          { value: "all", title: t.attention.scopeAll, hint: t.attention.scopeAllHint },
        ]}
      />
      <EmailSettings />
      <KeywordSettings />
      <Pause settings={settings} />
      <DailySchedule settings={settings} />
    </div>
  );
}

function Desktop({ settings }: { settings: AttentionSettings }) {
  const permission = usePermission();
  if (permission === "unsupported") return <p className="field-hint">{t.attention.unsupported}</p>;
  const on = settings.desktop && permission === "granted";
  const change = async (wanted: boolean) => {
    set({ desktop: wanted });
    if (!wanted || permission === "granted") return;
    await askPermission();
    offer.close();
  };
  return (
    <Toggle
      label={t.attention.desktop}
      hint={permission === "denied" ? t.attention.denied : t.attention.desktopHint}
      value={on}
      isDisabled={permission === "denied"}
      onChange={(wanted) => void change(wanted)}
    />
  );
}

/** Changes what the server keeps; says so where that did not work. */
function useChange(): (change: Partial<Attention>) => void {
  const client = useClient();
  return (change) => void changeOnServer(change).catch((error: unknown) => client.actions.failed(error));
}

function Pause({ settings }: { settings: AttentionSettings }) {
  const change = useChange();
  const [now] = useState(() => Date.now());
  const paused = settings.until !== null && settings.until > now;
  return (
    <fieldset className="fieldset">
      <legend className="field-label">{t.attention.pause}</legend>
      {paused ? (
        <p className="field-hint">{t.attention.pausedUntil(moment(settings.until ?? 0, now))}</p>
      ) : null}
      <div className="button-row">
        {paused ? (
          <Button onPress={() => change({ quiet_until_ts: null })}>{t.attention.resume}</Button>
        ) : (
          <>
            <Button onPress={() => change({ quiet_until_ts: Date.now() + HOUR_MS })}>
              {t.attention.hour}
            </Button>
            <Button onPress={() => change({ quiet_until_ts: tomorrowMorning(Date.now()) })}>
              {t.attention.tomorrow}
            </Button>
          </>
        )}
      </div>
    </fieldset>
  );
}

function DailySchedule({ settings }: { settings: AttentionSettings }) {
  const { schedule } = settings;
  const change = useChange();
  const keep = ({ on, from, to }: Schedule) =>
    change({ schedule: on ? { zone: ownZone(), from_min: from, to_min: to } : null });
  const time = (field: "from" | "to", label: string) => (
    <label className="time-field">
      <span className="field-hint">{label}</span>
      <input
        className="input"
        type="time"
        required
        value={timeField(schedule[field])}
        onChange={(event) => {
          const minutes = minutesOf(event.target.value);
          if (minutes !== null) keep({ ...schedule, [field]: minutes });
        }}
      />
    </label>
  );
  return (
    <>
      <Toggle
        label={t.attention.schedule}
        hint={t.attention.scheduleHint}
        value={schedule.on}
        onChange={(on) => keep({ ...schedule, on })}
      />
      {schedule.on ? (
        <div className="button-row">
          {time("from", t.attention.from)}
          {time("to", t.attention.to)}
        </div>
      ) : null}
    </>
  );
}

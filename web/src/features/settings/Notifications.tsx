// What may disturb, and when.

import { useState } from "react";
import { t } from "../../i18n";
import { moment } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Choices } from "../../ui/Field";
import { Toggle } from "../../ui/Toggle";
import { chime } from "../attention/chime";
import { offer } from "../attention/offer";
import { askPermission, usePermission } from "../attention/permission";
import { type AttentionSettings, minutesOf, timeField, tomorrowMorning } from "../attention/quiet";
import { keepPush } from "../attention/push";
import { attentionSettings, useAttentionSettings } from "../attention/settings";
import { useMe } from "../app/context";
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

function Pause({ settings }: { settings: AttentionSettings }) {
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
          <Button onPress={() => set({ until: null })}>{t.attention.resume}</Button>
        ) : (
          <>
            <Button onPress={() => set({ until: Date.now() + HOUR_MS })}>{t.attention.hour}</Button>
            <Button onPress={() => set({ until: tomorrowMorning(Date.now()) })}>
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
          if (minutes !== null) set({ schedule: { ...schedule, [field]: minutes } });
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
        onChange={(on) => set({ schedule: { ...schedule, on } })}
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

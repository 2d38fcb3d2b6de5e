// The texts about recordings, in all languages: loaded with the parts that need them.

import { type Language, locale } from ".";
import { recording as de } from "./de.recording";
import { recording as en } from "./en.recording";
import { recording as fr } from "./fr.recording";

export type RecordingTexts = typeof en;

const ALL: Record<Language, RecordingTexts> = { en, de, fr };

export const recordingTexts = (): RecordingTexts => ALL[locale];

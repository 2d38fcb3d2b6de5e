// The texts about webhooks, in all languages: loaded with the settings of a channel.

import { type Language, locale } from ".";
import { webhooks as de } from "./de.webhooks";
import { webhooks as en } from "./en.webhooks";
import { webhooks as fr } from "./fr.webhooks";

export type WebhookTexts = typeof en;

const ALL: Record<Language, WebhookTexts> = { en, de, fr };

export const webhookTexts = (): WebhookTexts => ALL[locale];

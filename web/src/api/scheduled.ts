import * as sdk from "./generated/sdk.gen";
import type { NewMessage } from "./operations";
import type { Preview } from "./previews";
import type { Attachment, Message } from "./types";

/** A message of the viewer's own that is to be sent later. */
export interface Scheduled {
  id: string;
  channel: string;
  nonce: string;
  text: string;
  reply_to?: string;
  thread?: string;
  attachments: Attachment[];
  previews: Preview[];
  created_ts: number;
  send_ts: number;
  /** The code of why it can't be sent. */
  failed?: string;
}

export const schedule_message = (channel: string, body: NewMessage & { send_ts: number }) =>
  sdk.scheduleMessage({ path: { channel }, body }) as Promise<Scheduled>;
export const list_scheduled = () => sdk.listScheduled() as Promise<{ scheduled: Scheduled[] }>;
export const update_scheduled = (scheduled: string, body: { text?: string; send_ts?: number }) =>
  sdk.updateScheduled({ path: { scheduled }, body }) as Promise<Scheduled>;
export const delete_scheduled = (scheduled: string) => sdk.deleteScheduled({ path: { scheduled } });
export const send_scheduled = (scheduled: string) =>
  sdk.sendScheduled({ path: { scheduled } }) as Promise<Message>;

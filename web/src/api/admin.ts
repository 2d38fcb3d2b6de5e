// What only administrators ask for.

import "./http";
import * as sdk from "./generated/sdk.gen";
import { responseStyle, waits } from "./operations";
import { inOneLine } from "./reasons";
import type * as Api from "./generated/types.gen";

export type Account = Api.Account;
export type HeldChannel = Api.HeldChannel;
export type Peer = Api.Peer;
export type Storage = Api.Storage;
export type Act = Api.Act;
export type Exclusion = Api.Exclusion;

interface PageQuery {
  query?: string;
  cursor?: string;
  limit?: number;
}

export const list_accounts = (query: PageQuery) =>
  sdk.listAccounts({ query }) as Promise<{ users: Account[]; next: string | null }>;
export const update_account = (user: string, body: { role?: Account["role"]; disabled?: boolean }) =>
  sdk.updateAccount({ path: { user }, body }) as Promise<Account>;
export const list_all_channels = (query: PageQuery) =>
  sdk.listAllChannels({ query }) as Promise<{ channels: HeldChannel[]; next: string | null }>;
export const issue_password = (user: string) =>
  sdk.issuePassword({ path: { user } }) as Promise<{ password: string }>;
/** Lets somebody without their device sign in with the password alone. */
export const reset_totp = (user: string) => sdk.resetTotp({ path: { user } });
export const delete_account = (user: string, reason: string) =>
  sdk.deleteAccount({ path: { user }, body: inOneLine(reason) });
/** `onlyHere`: other servers keep it. */
export const remove_message = (channel: string, message: string, reason: string, onlyHere: boolean) => {
  const body = { ...inOneLine(reason), ...(onlyHere ? { only_here: true } : {}) };
  return waits(sdk.removeMessage({ path: { channel, message }, body, responseStyle }));
};
export const hand_over_channel = (channel: string, user: string, reason: string) =>
  sdk.handOverChannel({ path: { channel }, body: { user, ...inOneLine(reason) } });
export const list_acts = (query: Omit<PageQuery, "query">) =>
  sdk.listActs({ query }) as Promise<{ acts: Act[]; next: string | null }>;
export const list_peers = (query: Omit<PageQuery, "query">) =>
  sdk.listPeers({ query }) as Promise<{ peers: Peer[]; next: string | null }>;
export const list_exclusions = (query: PageQuery) =>
  sdk.listExclusions({ query }) as Promise<{ exclusions: Exclusion[]; next: string | null }>;
/** Keeps somebody of another server off this one. */
export const exclude_user = (user: string, reason: string) =>
  sdk.excludeUser({ path: { user }, body: inOneLine(reason) }) as Promise<Exclusion>;
export const readmit_user = (user: string) => sdk.readmitUser({ path: { user } });
export const get_storage = () => sdk.getStorage() as Promise<Storage>;

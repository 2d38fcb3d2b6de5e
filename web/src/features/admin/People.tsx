import { useState } from "react";
import { type Account, delete_account, list_accounts, update_account } from "../../api/admin";
import { t } from "../../i18n";
import { adminTexts } from "../../i18n/admin";
import { totpTexts } from "../../i18n/totp";
import { fileSize } from "../../lib/size";
import { moment, shortDate } from "../../lib/time";
import { Avatar } from "../../ui/Avatar";
import { BotTag } from "../../ui/bits";
import { IconButton } from "../../ui/Button";
import { ConfirmDialog } from "../../ui/Dialog";
import { Menu, type MenuAction } from "../../ui/Menu";
import { useClient, useMe, useSelect } from "../app/context";
import { straight } from "../../lib/bidi";
import { useView } from "../app/view";
import { ReasonDialog } from "../dialogs/ReasonDialog";
import { Listing } from "./Listing";
import { NewPassword } from "./NewPassword";
import { RemoveTotp } from "./RemoveTotp";
import { type Page, usePages } from "../dialogs/usePages";

const PAGE = 50;

async function load(query: string, cursor?: string): Promise<Page<Account>> {
  const { users, next } = await list_accounts({ query, limit: PAGE, ...(cursor ? { cursor } : {}) });
  return { rows: users, next };
}

const idOf = ({ id }: Account) => id;
const nameOf = (account: Account) => straight(account.display_name) || account.username;

export function People() {
  const client = useClient();
  const [query, setQuery] = useState("");
  const [sure, setSure] = useState<Account | null>(null);
  const [goes, setGoes] = useState<Account | null>(null);
  const [forgot, setForgot] = useState<Account | null>(null);
  const [lost, setLost] = useState<Account | null>(null);
  const { rows, failed, more, replace, remove } = usePages(query, load, idOf);

  const change = async (account: Account, what: Parameters<typeof update_account>[1]) => {
    try {
      const next = await update_account(account.id, what);
      replace(next);
      const notice = what.disabled ? adminTexts().disabledNotice : adminTexts().changedNotice;
      client.notices.show(notice(nameOf(next)));
    } catch (error) {
      client.actions.failed(error);
    }
  };

  const erase = async (account: Account, reason: string) => {
    try {
      await delete_account(account.id, reason);
      remove(account);
      client.notices.show(adminTexts().deletedNotice(nameOf(account)));
    } catch (error) {
      client.actions.failed(error);
    }
  };

  return (
    <>
      <Listing
        search={{ label: adminTexts().searchUsers, value: query, onChange: setQuery }}
        rows={rows}
        failed={failed}
        more={more}
        empty={t.people.empty}
      >
        {(account) => (
          <AccountRow
            key={account.id}
            account={account}
            onRole={(role) => void change(account, { role })}
            onDisable={() => setSure(account)}
            onEnable={() => void change(account, { disabled: false })}
            onDelete={() => setGoes(account)}
            onForgot={() => setForgot(account)}
            onLost={() => setLost(account)}
          />
        )}
      </Listing>
      {sure ? (
        <ConfirmDialog
          title={adminTexts().disableSure(nameOf(sure))}
          text={adminTexts().disableText}
          action={adminTexts().disable}
          onConfirm={() => void change(sure, { disabled: true })}
          onClose={() => setSure(null)}
        />
      ) : null}
      {forgot ? <NewPassword account={forgot} name={nameOf(forgot)} onClose={() => setForgot(null)} /> : null}
      {lost ? (
        <RemoveTotp account={lost} name={nameOf(lost)} onRemoved={replace} onClose={() => setLost(null)} />
      ) : null}
      {goes ? (
        <ReasonDialog
          title={adminTexts().deleteAccountSure(nameOf(goes))}
          text={<p>{adminTexts().deleteAccountText}</p>}
          hint={adminTexts().recordHint}
          action={adminTexts().deleteAccount}
          onConfirm={(reason) => void erase(goes, reason)}
          onClose={() => setGoes(null)}
        />
      ) : null}
    </>
  );
}

interface AccountRowProps {
  account: Account;
  onRole: (role: Account["role"]) => void;
  onDisable: () => void;
  onEnable: () => void;
  onDelete: () => void;
  onForgot: () => void;
  onLost: () => void;
}

function AccountRow({ account, onRole, onDisable, onEnable, onDelete, onForgot, onLost }: AccountRowProps) {
  const view = useView();
  const [now] = useState(() => Date.now());
  const online = useSelect((state) => state.me?.id === account.id || Boolean(state.online[account.id]));
  const { id, role, disabled, totp, last_used_ts: last } = account;
  const texts = totpTexts();
  const name = nameOf(account);
  const admin = role === "admin";
  const meId = useMe()?.id;
  const actions: MenuAction[] = [
    {
      id: "role",
      label: admin ? adminTexts().takeAdmin : adminTexts().makeAdmin,
      icon: "star",
      onAction: () => onRole(admin ? "user" : "admin"),
    },
    ...(id === meId
      ? []
      : [{ id: "password", label: adminTexts().newPassword, icon: "retry", onAction: onForgot } as const]),
    ...(totp && id !== meId
      ? [{ id: "totp", label: texts.remove, icon: "close", onAction: onLost } as const]
      : []),
    disabled
      ? { id: "enable", label: adminTexts().enable, icon: "check", onAction: onEnable }
      : { id: "disable", label: adminTexts().disable, icon: "lock", danger: true, onAction: onDisable },
    // Of one's own there is a place in the settings.
    ...(id === meId
      ? []
      : [
          {
            id: "delete",
            label: adminTexts().deleteAccount,
            icon: "trash",
            danger: true,
            onAction: onDelete,
          } as const,
        ]),
  ];
  return (
    <li className="person-row account-row" data-testid="admin-person">
      <button type="button" className="person" onClick={() => view.openDialog({ kind: "profile", user: id })}>
        <Avatar id={id} name={name} size={34} online={online} />
        <span className="person-text">
          <span className="truncate">{name}</span>
          <small>
            {id}, {adminTexts().since(shortDate(account.created_ts))}
          </small>
          <small>
            {adminTexts().usage(account.sessions, fileSize(account.file_bytes))}
            {last ? `, ${adminTexts().lastUsed(moment(last, now))}` : ""}
          </small>
        </span>
        {account.bot ? <BotTag /> : null}
        {admin ? <span className="tag">{adminTexts().title}</span> : null}
        {totp ? <span className="tag">{texts.tag}</span> : null}
        {disabled ? <span className="tag">{adminTexts().disabled}</span> : null}
      </button>
      <Menu
        label={adminTexts().actionsFor(name)}
        trigger={<IconButton icon="more" label={adminTexts().actionsFor(name)} />}
        items={actions}
      />
    </li>
  );
}

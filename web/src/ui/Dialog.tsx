import {
  type CSSProperties,
  type ReactNode,
  type RefObject,
  useEffect,
  useEffectEvent,
  useId,
  useRef,
} from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { t } from "../i18n";
import { Button, IconButton } from "./Button";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  width?: number;
  role?: "dialog" | "alertdialog";
  testId?: string;
  /** The id of what is to be heard with the title. */
  describedBy?: string;
}

/** Pixels of letters as large as they are unless somebody wants larger ones: the dialog grows with them. */
const inRem = (px: number) => `${px / 16}rem`;

/** A modal dialog: mounted means open. Focus goes in and comes back; Esc and the scrim close it. */
export function Dialog({
  title,
  onClose,
  children,
  width = 460,
  role = "dialog",
  testId,
  describedBy,
}: DialogProps) {
  const own = useRef<HTMLElement>(null);
  useKeptFocus(own, onClose);
  return (
    <ModalOverlay className="scrim" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal" style={{ "--modal-width": inRem(width) } as CSSProperties}>
        <AriaDialog
          ref={own}
          className="dialog"
          role={role}
          data-testid={testId}
          {...(describedBy ? { "aria-describedby": describedBy } : {})}
        >
          <header className="dialog-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <IconButton icon="close" label={t.common.close} onPress={onClose} />
          </header>
          <div className="dialog-body scroll">{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** What had the focus may go away or be switched off while it is used: then keys are still for the dialog. */
function useKeptFocus(own: RefObject<HTMLElement | null>, onClose: () => void): void {
  const close = useEffectEvent(onClose);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const open = document.querySelectorAll("[role=dialog],[role=alertdialog]");
      if (event.target !== document.body || open[open.length - 1] !== own.current) return;
      if (event.key !== "Escape") return own.current?.focus();
      // It closes this, and nothing behind it: by the time that it comes there this is gone.
      event.preventDefault();
      event.stopPropagation();
      close();
    };
    document.addEventListener("keydown", onKey, { capture: true });
    return () => document.removeEventListener("keydown", onKey, { capture: true });
  }, [own]);
}

/** A dialog without a visible head, near the top of the window: for switching and searching. */
export function TopDialog({
  label,
  onClose,
  children,
  width = 560,
}: Omit<DialogProps, "title"> & { label: string }) {
  return (
    <ModalOverlay
      className="scrim"
      data-place="top"
      isOpen
      isDismissable
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className="modal" style={{ "--modal-width": inRem(width) } as CSSProperties}>
        <AriaDialog className="dialog" aria-label={label}>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmProps {
  title: string;
  text: ReactNode;
  action: string;
  /** What is asked beside that. */
  extra?: ReactNode;
  onConfirm: () => void;
  onClose: () => void;
  /** Something else comes in its place. */
  goesOn?: boolean;
}

export function ConfirmDialog({ title, text, action, extra, onConfirm, onClose, goesOn }: ConfirmProps) {
  const warning = useId();
  return (
    <Dialog title={title} onClose={onClose} role="alertdialog" width={420} describedBy={warning}>
      <div id={warning}>{text}</div>
      {extra}
      <div className="dialog-foot">
        {/* What cannot be undone takes more than an Enter that was meant for something else. */}
        <Button autoFocus onPress={onClose}>
          {t.common.cancel}
        </Button>
        <Button
          variant="danger"
          onPress={() => {
            onConfirm();
            if (!goesOn) onClose();
          }}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}

import { Dialog } from "../../ui/Dialog";
import { useBackCloses } from "../../ui/popups";
import { WhenForm, type WhenFormProps } from "./WhenForm";

/** Asks for a day and a time, and for the text where that can be changed. */
export default function WhenDialog({ title, ...form }: WhenFormProps & { title: string }) {
  useBackCloses(true, form.onClose, { always: true });
  return (
    <Dialog title={title} onClose={form.onClose} width={420} testId="when-dialog">
      <WhenForm {...form} />
    </Dialog>
  );
}

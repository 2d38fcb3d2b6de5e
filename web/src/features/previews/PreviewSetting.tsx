import { previewTexts } from "../../i18n/previews";
import { Toggle } from "../../ui/Toggle";
import { useSelect } from "../app/context";
import { usePreviewSetting } from "./setting";

/** Nothing where the server makes none. */
export function PreviewSetting() {
  const offered = useSelect((state) => state.server?.link_previews === true);
  const [on, change] = usePreviewSetting();
  const { setting, settingHint } = previewTexts();
  return offered ? <Toggle label={setting} hint={settingHint} value={on} onChange={change} /> : null;
}

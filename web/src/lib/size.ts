import { locale } from "../i18n";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** How large a file is, as people say it: 1.4 MB. */
export function fileSize(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  // Short, English has "0 byte".
  const unitDisplay = unit === 0 ? "long" : "short";
  const options = { style: "unit", unit: UNITS[unit] ?? "byte", unitDisplay } as const;
  return new Intl.NumberFormat(locale, { ...options, maximumFractionDigits: value < 10 ? 1 : 0 }).format(
    value,
  );
}

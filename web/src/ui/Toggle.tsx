import { useId } from "react";

interface ToggleProps {
  label: string;
  hint?: string;
  value: boolean;
  onChange: (value: boolean) => void;
  isDisabled?: boolean;
}

/** On or off, at once. */
export function Toggle({ label, hint, value, onChange, isDisabled }: ToggleProps) {
  const id = useId();
  return (
    <label className="toggle" data-disabled={isDisabled || undefined}>
      <span className="toggle-text">
        <span className="field-label">{label}</span>
        {hint ? (
          <span className="field-hint" id={id}>
            {hint}
          </span>
        ) : null}
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-label={label}
        aria-describedby={hint ? id : undefined}
        checked={value}
        disabled={isDisabled}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}

interface SelectProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; title: string }[];
  onChange: (value: T) => void;
  isDisabled?: boolean;
  /** On its own among fields, not in a list of its kind. */
  asField?: boolean;
}

/** One of a few words, in a line with what it is about: the browser's own list, at its best on phones too. */
export function Select<T extends string>({
  label,
  value,
  options,
  onChange,
  isDisabled,
  asField,
}: SelectProps<T>) {
  return (
    <label className="select-row">
      <span className={asField ? "field-label" : undefined}>{label}</span>
      <select
        className="input"
        value={value}
        disabled={isDisabled}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.title}
          </option>
        ))}
      </select>
    </label>
  );
}

import { type HTMLInputTypeAttribute, type ReactNode, type RefObject, useEffect, useRef } from "react";
import {
  FieldError,
  Input,
  Label,
  Radio,
  RadioGroup,
  Text,
  TextArea,
  TextField,
  type TextFieldProps,
} from "react-aria-components";
import { t } from "../i18n";

interface FieldProps extends Omit<TextFieldProps, "className" | "style" | "children"> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  placeholder?: string;
  rows?: number;
  inputType?: HTMLInputTypeAttribute;
}

export function Field({ label, hint, error, placeholder, rows, inputType, ...props }: FieldProps) {
  // The browser cuts off what is too long, also of what is pasted, without a word.
  const { value, maxLength } = props;
  const full = maxLength !== undefined && value !== undefined && value.length >= maxLength;
  const own = useRef<HTMLDivElement>(null);
  useShown(own, error);
  return (
    <TextField
      {...props}
      ref={own}
      {...(inputType ? { type: inputType as "text" } : {})}
      isInvalid={Boolean(error)}
      // What the server found wrong does not keep the form from being sent again, as a native error would.
      validationBehavior={error ? "aria" : "native"}
      className="field"
    >
      <Label className="field-label">{label}</Label>
      {rows ? (
        <TextArea className="input" dir="auto" rows={rows} placeholder={placeholder} />
      ) : (
        <Input className="input" placeholder={placeholder} />
      )}
      {/* Whoever hears the page is told of what is there from the start, even if it says nothing yet. */}
      {hint || maxLength !== undefined ? (
        <Text slot="description" className="field-hint">
          {hint}
          {full ? <strong> {t.common.atMost(maxLength)}</strong> : null}
        </Text>
      ) : null}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}

/** What is found wrong once a form is sent has the focus; who is typing elsewhere goes on typing. */
function useShown(field: RefObject<HTMLElement | null>, error: string | undefined): void {
  useEffect(() => {
    const { activeElement: at } = document;
    const input = field.current?.querySelector<HTMLElement>("input, textarea");
    const sent = at === document.body || at instanceof HTMLButtonElement || at?.matches("[role=dialog]");
    if (error && sent && at !== input) input?.focus();
  }, [field, error]);
}

export interface Choice<T extends string> {
  value: T;
  title: string;
  hint?: string;
  icon?: ReactNode;
}

interface ChoicesProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  choices: Choice<T>[];
  row?: boolean;
  isDisabled?: boolean;
}

/** A few exclusive options, each with its explanation. */
export function Choices<T extends string>({
  label,
  value,
  onChange,
  choices,
  row,
  isDisabled,
}: ChoicesProps<T>) {
  return (
    <RadioGroup
      className="choices"
      data-row={row || undefined}
      value={value}
      onChange={(next) => onChange(next as T)}
      {...(isDisabled ? { isDisabled } : {})}
    >
      <Label className="field-label">{label}</Label>
      <div className="choice-list">
        {choices.map((choice) => (
          <Radio
            key={choice.value}
            value={choice.value}
            className="choice"
            data-plain={choice.icon ? undefined : ""}
          >
            {choice.icon}
            <span className="choice-title">{choice.title}</span>
            {choice.hint ? <span className="choice-hint">{choice.hint}</span> : null}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}

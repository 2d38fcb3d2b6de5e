import { type ReactNode, type Ref, use, useRef, useState } from "react";
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Tooltip,
  TooltipTrigger,
} from "react-aria-components";
import { type Drawing, Icon, type IconName } from "./Icon";
import { Stops } from "./stops";

interface ButtonProps extends Omit<AriaButtonProps, "className" | "style" | "children"> {
  variant?: "primary" | "plain" | "quiet" | "danger";
  size?: "small";
  wide?: boolean;
  icon?: IconName;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ variant = "plain", size, wide, icon, children, ...props }: ButtonProps) {
  const reached = use(Stops);
  return (
    <AriaButton
      excludeFromTabOrder={!reached}
      {...props}
      className="button"
      data-variant={variant}
      data-size={size}
      data-wide={wide || undefined}
    >
      {icon ? <Icon name={icon} /> : null}
      {children}
    </AriaButton>
  );
}

interface IconButtonProps extends Omit<AriaButtonProps, "className" | "style" | "children" | "aria-label"> {
  icon: Drawing;
  label: string;
  /** Those that do the same. */
  keys?: string;
  size?: "small";
  /** Makes it a toggle: pressed or not. */
  pressed?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, keys, size, pressed, ...props }: IconButtonProps) {
  const reached = use(Stops);
  const [pointed, setPointed] = useState(false);
  const hovered = useRef(false);
  return (
    <TooltipTrigger delay={500} closeDelay={60} onOpenChange={(open) => setPointed(open && hovered.current)}>
      <AriaButton
        excludeFromTabOrder={!reached}
        {...props}
        aria-label={label}
        aria-pressed={pressed}
        className="icon-button"
        data-size={size}
        onHoverChange={(is) => (hovered.current = is)}
      >
        <Icon name={icon} />
      </AriaButton>
      <Tooltip className="tooltip" offset={6} data-pointed={pointed || undefined}>
        {/* The button has this name already: it is not to be heard twice. */}
        <span aria-hidden="true">{label}</span>
        {keys ? <span className="tooltip-keys">{keys}</span> : null}
      </Tooltip>
    </TooltipTrigger>
  );
}

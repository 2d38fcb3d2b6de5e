// Parts that are loaded when they are wanted. One that could not be had can be asked for again: what React's own
// `lazy` failed to load once it never asks for again.

import { type ComponentType, createElement, lazy, type ReactNode } from "react";

let gone = false;
let look: () => Promise<boolean> = () => Promise.resolve(false);

/** Whether a part is not to be had any more, for there is another version of everything. */
export const isGone = (): boolean => gone;

/** How that is found out. */
export function findOutBy(ask: () => Promise<boolean>): void {
  look = ask;
}

/** Each makes a part that failed one that was never asked for. */
const failed = new Set<() => void>();

/** Loads a part before it is wanted. Whether it could is nobody's concern yet. */
const early: (() => Promise<unknown>)[] = [];

/** `soon`: asked for as soon as there is nothing else to do. */
export function later<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  { soon = false } = {},
): (props: Props) => ReactNode {
  if (soon) early.push(load);
  const begin = () => lazy<ComponentType<Props>>(attempt);
  const attempt = async () => {
    try {
      return await load();
    } catch (error) {
      failed.add(renew);
      gone ||= await look();
      throw error;
    }
  };
  const renew = () => {
    part.current = begin();
  };
  const part = { current: begin() };
  return (props) => createElement(part.current as ComponentType<Props>, props);
}

/** One after the other, so that what somebody asks for meanwhile comes first. */
export async function loadEarly(): Promise<void> {
  // A part may bring others.
  for (let load = early.shift(); load; load = early.shift()) await load().catch(() => undefined);
}

/** Not on its own: only somebody who tries again makes the next attempt. */
export function forgetFailed(): void {
  for (const renew of failed) renew();
  failed.clear();
}

// What is done to a text by keys: a part of its own.

export { toggled } from "./formatting";
export { nextItem } from "./lists";

// What is loaded beside the page.

export { Cards } from "./Cards";
export { Composing } from "./Composing";

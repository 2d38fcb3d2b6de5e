// Numbers as a language writes them: 16 384, 16.384, 16,384.

/** `one` says which counts are spoken of as one is. */
export function countingIn(language: string, one: (count: number) => boolean = (count) => count === 1) {
  const format = new Intl.NumberFormat(language);
  const figure = (count: number): string => format.format(count);
  const many = (count: number, single: string, several: string): string =>
    `${figure(count)} ${one(count) ? single : several}`;
  return { figure, many };
}

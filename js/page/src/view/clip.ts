// Names as long as a line can show.
const LONGEST = 400;

export function clip(text: string, longest = LONGEST): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

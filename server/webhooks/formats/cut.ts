/** Texts made to fit: receivers refuse a whole message for one text that is too long. Lengths are UTF-16 units, never less than characters. */

const ELLIPSIS = '…';

/** Half a character, which no receiver can read, becomes a replacement character. */
export const wellFormed = (text: string): string => text.replaceAll(/\p{Cs}/gu, '\ufffd');

/** At most so long, an ellipsis for what is missing; no character is cut in two. */
export const cut = (text: string, most: number): string => cutEscaped(text, most, (character) => character);

/** As `cut`, but counted as it is after escaping; no escape is cut in two. @param escaped the escape of one character */
export function cutEscaped(text: string, most: number, escaped: (character: string) => string): string {
  let whole = '';
  /** As much as leaves room for the ellipsis. */
  let short = '';
  for (const character of wellFormed(text)) {
    whole += escaped(character);
    if (whole.length > most) return short + ELLIPSIS;
    if (whole.length < most) short = whole;
  }
  return whole;
}

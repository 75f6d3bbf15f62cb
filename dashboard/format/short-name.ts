/** Letters as a reader counts them: an emoji of several code points is one, and is not cut in two. */
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const lettersOf = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);

const WIDE = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;
const widthOf = (letter: string): number => (WIDE.test(letter) ? 2 : /[WM]/.test(letter) ? 1.7 : /\p{Lu}/u.test(letter) ? 1.3 : 1);
const width = (letters: readonly string[]): number => letters.reduce((sum, letter) => sum + widthOf(letter), 0);

/** As many of the letters as fit, from the front. */
function fitting(letters: readonly string[], most: number): string[] {
  let room = most;
  const end = letters.findIndex((letter) => {
    room -= widthOf(letter);
    return room < 0;
  });
  return letters.slice(0, end === -1 ? letters.length : end);
}

/** Start and end: long names mostly begin alike and differ at the end. */
function withoutMiddle(letters: readonly string[], most: number): string {
  const head = fitting(letters, (most - 1) * 0.6);
  const tail = fitting([...letters].reverse(), most - 1 - width(head)).reverse();
  return `${head.join('').trimEnd()}…${tail.join('').trimStart()}`;
}

interface Cut {
  letters: readonly string[];
  plain: string;
}

/** A wall asks for the same names at every frame, and to find the letters of a name costs as much as the rest of its tile. */
const cuts = new Map<string, Cut>();
const MOST_CUTS = 5_000;

function cutOf(name: string, most: number): Cut {
  const key = `${most} ${name}`;
  const known = cuts.get(key);
  if (known) return known;
  const letters = lettersOf(name);
  const cut = { letters, plain: width(letters) <= most ? name : withoutMiddle(letters, most) };
  if (cuts.size >= MOST_CUTS) cuts.clear();
  cuts.set(key, cut);
  return cut;
}

/** Start, and what stands about a place. */
function about(letters: readonly string[], place: number, most: number): string {
  const head = fitting(letters, (most - 2) * 0.4);
  const rest = letters.slice(Math.max(head.length, place - 3));
  const shown = fitting(rest, most - 2 - width(head));
  return `${head.join('').trimEnd()}…${shown.join('').trim()}${shown.length < rest.length ? '…' : ''}`;
}

/**
 * A name cut to a width in letters such that it can be told from the others: it keeps its start and its end, and where others would look
 * the same, the place at which it differs from the one that is most like it.
 *
 * @example shortName('Agent of the northern region, team A1', names, 20) // 'Agent of th…team A1'
 */
export function shortName(name: string, others: readonly string[], most: number): string {
  const { letters, plain } = cutOf(name, most);
  if (plain === name) return name;
  let place = -1;
  for (const other of others) {
    if (other === name) continue;
    const { letters: theirs, plain: same } = cutOf(other, most);
    if (same !== plain) continue;
    const differs = letters.findIndex((letter, index) => letter !== theirs[index]);
    place = Math.max(place, differs === -1 ? letters.length : differs);
  }
  return place === -1 ? plain : about(letters, place, most);
}

/** Names of an export that are meant as names of the catalogue. */
import { licenceTypeName } from '../../shared/catalogue.ts';

const ENDS = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;
const bare = (name: string): string => name.replace(/[\s\u200b]+/g, ' ').replace(ENDS, '');

/**
 * What a name is meant to be: itself where the catalogue knows it, else the one known name that is left when rubbish at its ends
 * and doubled spaces are taken away, else itself without spaces around it.
 *
 * @example createNameReader(['Agent Desktop'])('Agent Desktop#') // 'Agent Desktop'
 */
export function createNameReader(known: readonly string[]): (raw: string) => string {
  const names = new Set(known);
  const byBare = new Map<string, string[]>();
  for (const name of known) byBare.set(bare(name), [...(byBare.get(bare(name)) ?? []), name]);
  return (raw) => {
    if (names.has(raw)) return raw;
    const trimmed = raw.trim();
    if (names.has(trimmed)) return trimmed;
    const [meant, ...others] = byBare.get(bare(trimmed)) ?? [];
    return meant !== undefined && others.length === 0 ? meant : trimmed;
  };
}

/** The same for licence types, one of which storm writes in its own way. */
export function createTypeReader(known: readonly string[]): (raw: string) => string {
  const read = createNameReader(known);
  return (raw) => licenceTypeName(read(raw).replace(/^outbound\s+agent[^\p{L}\p{N}]*$/iu, 'Outbound Agent'));
}

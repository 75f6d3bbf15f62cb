import type { Page } from '../../shared/views.ts';

/** A page may be short and go on: so many are asked for at most. */
const MOST_PAGES = 50;

/** Reads a list of the daemon page by page to its end, or until there is enough. @returns `cut`: there is more */
export async function readOn<T>(
  ask: (cursor: string | undefined) => Promise<Page<T>>,
  most: number,
): Promise<{ items: T[]; cut: boolean }> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await ask(cursor);
    items.push(...page.items);
    if (page.nextCursor === null) return { items: items.slice(0, most), cut: items.length > most };
    if (items.length >= most) break;
    cursor = page.nextCursor;
  }
  return { items: items.slice(0, most), cut: true };
}

import { type ImportReport, LISTED_LINES, type LineReason, type NormalisedField } from '../../shared/import.ts';

/** The first lines of the file, whatever the order in which they are told; the rest is only counted. */
export class FirstLines<T extends { line: number }> {
  #items: T[] = [];
  count = 0;

  add(item: T): void {
    this.count++;
    this.#items.push(item);
    if (this.#items.length >= 2 * LISTED_LINES) this.#items = this.list();
  }

  list(): T[] {
    return this.#items.sort((a, b) => a.line - b.line).slice(0, LISTED_LINES);
  }
}

/** Collects what became of every row. */
export class ReportBuilder {
  rows = 0;
  recorded = 0;
  duplicates = 0;
  readonly normalised = new FirstLines<NormalisedField>();
  readonly unpaired = new FirstLines<LineReason>();
  readonly refused = new FirstLines<LineReason>();

  report(): ImportReport {
    const { rows, recorded, duplicates } = this;
    const lists = { normalised: this.normalised.list(), unpaired: this.unpaired.list(), refused: this.refused.list() };
    const truncated = {
      normalised: this.normalised.count - lists.normalised.length,
      unpaired: this.unpaired.count - lists.unpaired.length,
      refused: this.refused.count - lists.refused.length,
    };
    const any = Object.values(truncated).some((count) => count > 0);
    return { rows, recorded, ...lists, duplicates, ...(any && { truncated }) };
  }
}

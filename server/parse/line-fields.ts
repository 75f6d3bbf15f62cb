import type { NormalisedField } from '../../shared/import.ts';
import { nameProblem } from '../../shared/names.ts';

/** A field cannot be taken; the sentence says why. */
export class Unreadable extends Error {}

/** The fields of one line of a file, with what was changed to read them and why some cannot be. */
export interface LineFields<Column extends string> {
  /** As it stands; empty where the file has no such column. @throws Unreadable where it is no UTF-8 */
  raw(column: Column): string;
  /** Notes what the field was taken for, if that is not what stands there. */
  changed(column: Column, to: string): void;
  /** A name, brought into the form that `read` knows. @throws Unreadable */
  name(column: Column, read: (text: string) => string): string;
  /** What `read` makes of its fields; `undefined`, with its sentence among the problems, where it threw Unreadable. */
  field<T>(read: () => T): T | undefined;
  normalised: NormalisedField[];
  problems: string[];
}

/** @param columns where each column stands in a line of `width` fields */
export function lineFields<Column extends string>(
  line: number,
  fields: readonly string[],
  { columns, width }: { columns: Partial<Record<Column, number>>; width: number },
): LineFields<Column> {
  const of: LineFields<Column> = {
    normalised: [],
    problems: [],
    raw(column) {
      const text = fields[columns[column] ?? width] ?? '';
      if (text.includes('\uFFFD')) throw new Unreadable(`${column} is not valid UTF-8`);
      return text;
    },
    changed(column, to) {
      const from = of.raw(column);
      if (from !== to) of.normalised.push({ line, column, from, to });
    },
    name(column, read) {
      const value = read(of.raw(column));
      const problem = nameProblem(value);
      if (problem !== null) throw new Unreadable(`${column} ${problem}`);
      of.changed(column, value);
      return value;
    },
    field(read) {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        of.problems.push(error.message);
        return undefined;
      }
    },
  };
  return of;
}

import fc from 'fast-check';
import { it } from 'vitest';

/** Every file of properties runs as often, and from one seed, which a failure names. */
const runs = (usual: number): number => Number(process.env['HIGHWATER_RUNS'] ?? usual);
const seed = Number(process.env['HIGHWATER_SEED'] ?? Date.now() % 1_000_000);

/** A test that holds for any value, with the line that plays a failure again. */
export function property<T>(title: string, usualRuns: number, arbitrary: fc.Arbitrary<T>, run: (value: T) => Promise<void>): void {
  it(title, async ({ task }) => {
    await fc.assert(fc.asyncProperty(arbitrary, run), {
      numRuns: runs(usualRuns),
      seed,
      reporter: (details) => {
        if (!details.failed) return;
        const again = `HIGHWATER_SEED=${seed} HIGHWATER_RUNS=${runs(usualRuns)} npx vitest run ${task.file.name} -t '${title.split(' ')[0]}'`;
        throw new Error(`${fc.defaultReportMessage(details)}\nReplay: ${again}`, { cause: details.errorInstance });
      },
    });
  }, 120_000);
}

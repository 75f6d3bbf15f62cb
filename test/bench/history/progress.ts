/** Says now and then how far something has come: done of all, how fast, and how long it still takes. */
const EVERY_MS = 10_000;

export interface Progress {
  to(done: number): void;
  /** Of what was done since it began. */
  rate(): number;
}

/** @param begin what was done before, if it goes on */
export function createProgress(what: string, total: number, begin: number, say: (text: string) => void): Progress {
  const started = performance.now();
  let said = started;
  let reached = begin;
  const rate = (): number => ((reached - begin) / (performance.now() - started)) * 1000;
  if (begin > 0) say(`${what}: goes on at ${count(begin)} of ${count(total)}`);
  return {
    rate,
    to(done) {
      const isThere = reached < total && done >= total;
      reached = done;
      if (!isThere && performance.now() - said < EVERY_MS) return;
      said = performance.now();
      const left = total > done ? `, ${minutes((total - done) / rate())} left` : '';
      say(`${what}: ${count(done)} of ${count(total)} (${Math.floor((100 * done) / total)} %), ${count(rate())}/s${left}`);
    },
  };
}

const count = (number: number): string => Math.round(number).toLocaleString('en');
const minutes = (seconds: number): string => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);

/** How a run is shown: progress on one stream, the summary on the other. */
import type { FeedStats } from './feed.ts';
import type { Tell } from './run.ts';
import type { Summary } from './summary.ts';

export interface TextStream {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** Where nobody watches a terminal, a progress line every so many calls. */
const QUIET_EVERY = 10;

const whole = (value: number) => Math.round(value).toLocaleString('en-GB');
const ms = (value: number) => `${value < 10 ? value.toFixed(1) : whole(value)} ms`;

export function createReporter(stream: TextStream): Tell {
  let open = false;
  let calls = 0;
  let before = 0;
  return {
    note(text) {
      stream.write(`${open ? '\n' : ''}${text}\n`);
      open = false;
    },
    progress(stats: FeedStats, backlog: number) {
      const line =
        `${whole(stats.acknowledged)} events acknowledged, ${whole(stats.acknowledged - before)}/s, ` +
        `p50 ${ms(stats.latency.percentile(0.5))}, p99 ${ms(stats.latency.percentile(0.99))}, ${whole(backlog)} waiting`;
      before = stats.acknowledged;
      if (stream.isTTY) stream.write(`\r\x1b[K${line}`);
      else if (calls++ % QUIET_EVERY === 0) stream.write(`${line}\n`);
      open = stream.isTTY === true;
    },
  };
}

export function summaryText(summary: Summary): string {
  const { rate, latencyMs } = summary;
  return [
    `${whole(summary.users)} users of organisation ${summary.organisation}, seed ${summary.seed}, ${summary.seconds.toFixed(1)} s`,
    `events:       ${whole(summary.acknowledged)} acknowledged (${whole(summary.warmUpEvents)} to let the staff in), ${whole(summary.unacknowledged)} without an answer`,
    `rate:         ${rate.achieved.toFixed(1)}/s of ${rate.asked}/s`,
    `outcome:      ${whole(summary.recorded)} recorded, ${whole(summary.ignored)} ignored, ${whole(summary.duplicates)} duplicates`,
    `requests:     ${whole(summary.requests)}, ${whole(summary.retries)} repeated`,
    `acknowledged: p50 ${ms(latencyMs.p50)}, p99 ${ms(latencyMs.p99)}, at most ${ms(latencyMs.max)}`,
  ].join('\n');
}

import { writeSync } from 'node:fs';
import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Whoever reads is slower than we write: after so long it is tried again, in milliseconds. */
const BUSY_MS = 20;

/** pino's own destination takes an output that is gone (a terminal that was closed: EIO) for a failure that ends the process; of ours only the lines are lost. */
export function standardOutput(write: (line: Buffer) => number = (line) => writeSync(1, line)): DestinationStream {
  return {
    write(line) {
      for (let left = Buffer.from(line); left.length > 0; ) {
        try {
          left = left.subarray(write(left));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS);
        }
      }
    },
  };
}

/**
 * JSON lines on standard output, written before the call returns: nothing is lost when the process ends.
 * Log what is named here and no whole request, configuration or header: those hold secrets. What slips through is struck out.
 */
export function createLog(level: string, stream: DestinationStream = standardOutput()): Log {
  return pino(
    {
      level,
      base: { name: 'highwater', pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['authorization', 'token', 'secret', 'headers', '*.authorization', '*.token', '*.secret', '*.tokenSha256', '*.headers'],
        censor: '[secret]',
      },
    },
    stream,
  );
}

import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type Log = Logger;

/**
 * JSON lines on standard output, written before the call returns: nothing is lost when the process ends.
 * Log what is named here and no whole request, configuration or header: those hold secrets. What slips through is struck out.
 */
export function createLog(level: string, stream: DestinationStream = destination({ dest: 1, sync: true })): Log {
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

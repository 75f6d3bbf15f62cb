import type { Progress } from '../../shared/answer-lines.ts';

/** On a terminal one line that is written over; elsewhere silence. */
export function terminalLine(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/** Says how far an answer has come, until it is there. */
export async function withProgress<T>(what: string, read: (heard: (progress: Progress) => void) => Promise<T>): Promise<T> {
  try {
    return await read(({ done, total }) => terminalLine(`${what} ... ${Math.floor((100 * done) / total)} %`));
  } finally {
    terminalLine('');
  }
}

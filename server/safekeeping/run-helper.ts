import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Answer, type Helper, HelperDiedError, HelperFailedError, type Results, type Task } from './helper-tasks.ts';

/** How a damaged file ends a process that reads it. Whoever stops one, or the system when memory is short, uses others. */
const CRASHES: readonly (NodeJS.Signals | null)[] = ['SIGSEGV', 'SIGBUS', 'SIGABRT'];
/** Node aborts when it has no memory left: that says nothing about the file. */
const NO_MEMORY = /out of memory|Allocation failed/;

/** @param signal ends the process before its time */
export function createHelper(signal?: AbortSignal): Helper {
  const program = join(dirname(fileURLToPath(import.meta.url)), 'helper.js');
  return <T extends Task>(task: T, onProgress?: (done: number) => void) =>
    new Promise<Results[T['do']]>((resolve, reject) => {
      const child = spawn(process.execPath, [program, JSON.stringify(task)], {
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(signal && { signal, killSignal: 'SIGKILL' as const }),
      });
      const [stdout, stderr]: [string[], string[]] = [[], []];
      createInterface({ input: child.stdout }).on('line', (line) => {
        const progress = /^\{"progress":(\d+)\}$/.exec(line);
        if (progress) onProgress?.(Number(progress[1]));
        else stdout.push(line);
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
      child.once('error', reject);
      child.once('close', (code, end) => {
        const said = answerIn(stdout.join(''));
        if (said?.ok) resolve(said.value as Results[T['do']]);
        else if (said) reject(new HelperFailedError(said.message, said.fault));
        else {
          const words = stderr.join('');
          const crashed = CRASHES.includes(end) && !NO_MEMORY.test(words);
          reject(new HelperDiedError(`its process ended with ${end ?? `code ${code}`}: ${words.slice(-500)}`, crashed));
        }
      });
    });
}

function answerIn(text: string): Answer | null {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return null;
  }
}

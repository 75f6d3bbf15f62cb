/** The end of the daemon's process. */
import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD = [0, 1, 2];

/** To be made at the start. Node aborts at its end where the terminal that it was started in is gone: such a one becomes nothing before. */
export function createExit(): (code: number) => never {
  const terminals = STANDARD.filter((descriptor) => isatty(descriptor));
  return (code) => {
    for (const descriptor of terminals.filter((each) => !isatty(each))) {
      closeSync(descriptor);
      // The lowest that is free: the one just closed.
      openSync('/dev/null', 'r+');
    }
    process.exit(code);
  };
}

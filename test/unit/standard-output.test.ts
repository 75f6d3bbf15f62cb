import { expect, it } from 'vitest';
import { createLog, standardOutput } from '../../server/log.ts';

const failing = (code: string) => Object.assign(new Error(code), { code });

it('HTTP-37 a line that is taken in pieces, after a while, is written whole', () => {
  const taken: string[] = [];
  let tries = 0;
  const log = createLog(
    'info',
    standardOutput((line) => {
      if (tries++ % 2 === 0) throw failing('EAGAIN');
      taken.push(line.toString('utf8', 0, 50));
      return Math.min(50, line.length);
    }),
  );
  log.info('Zoë');
  expect(JSON.parse(taken.join(''))).toMatchObject({ msg: 'Zoë' });
});

it.each(['EIO', 'EPIPE', 'ENOSPC'])('HTTP-37 an output that answers %s loses its lines and ends nothing', (code) => {
  let isGone = true;
  const taken: string[] = [];
  const log = createLog(
    'info',
    standardOutput((line) => {
      if (isGone) throw failing(code);
      taken.push(line.toString());
      return line.length;
    }),
  );
  log.info('lost');
  log.fatal('lost too');
  isGone = false;
  log.info('there again');
  expect(taken.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['there again']);
});

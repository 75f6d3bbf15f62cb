import type { HolderView } from '../../shared/views.ts';
import type { Explanation } from './explain.ts';

/**
 * For people: each count, then a line for every device of everyone who is in it. The pool is the user's, so it stands once.
 *
 * @example
 * Inbound Agent: 1 in use, 2 holdings
 *   USER   POOL        DEVICE     LOGON SOURCE   SINCE
 *   edred  concurrent  desktop    Agent Desktop  2020-03-06T13:30:28.000Z
 *                      deskphone  Paired Device  2020-03-06T13:34:38.000Z
 *          freed by: logout from desktop; and logout from deskphone
 */
export function explainText({ organisation, asOf, licences }: Explanation): string {
  const lines = [`Organisation ${organisation}, ${asOf}`];
  if (licences.length === 0) lines.push('', 'No licence is in use.');
  for (const { licenceType, inUse, holdings, holders } of licences) {
    lines.push('', `${licenceType}: ${inUse} in use, ${holdings} ${holdings === 1 ? 'holding' : 'holdings'}`);
    if (holders.length > 0) lines.push(...table(holders));
  }
  return `${lines.join('\n')}\n`;
}

const HEAD = ['USER', 'POOL', 'DEVICE', 'LOGON SOURCE', 'SINCE'];

function table(holders: HolderView[]): string[] {
  const rows = holders.map(({ user, userName, pool, devices }) =>
    devices.map(({ device, logonSource, since }, index) => [
      ...(index === 0 ? [userName === null ? user : `${user} (${userName})`, poolWord(pool)] : ['', '']),
      device,
      logonSource,
      since,
    ]),
  );
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.flat().map((row) => [...(row[column] as string)].length)));
  const line = (cells: string[]): string =>
    `  ${cells.map((cell, i) => cell + ' '.repeat((widths[i] as number) - [...cell].length)).join('  ')}`.trimEnd();
  return [
    line(HEAD),
    ...holders.flatMap(({ freedBy }, index) => [
      ...(rows[index] as string[][]).map(line),
      `  ${' '.repeat(widths[0] as number)}  freed by: ${freedBy}`,
    ]),
  ];
}

/** As every page calls it. */
const poolWord = (pool: HolderView['pool']): string => (pool === 'contingency' ? 'contingency (overflow)' : pool);

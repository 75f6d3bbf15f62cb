import { describe, expect, it } from 'vitest';
import type { RecordView } from '../../shared/views.ts';
import { crashLoop } from '../crash/crash-loop.ts';
import { createLedger, type LoadEvent } from '../crash/ledger.ts';

it('CRASH-1: after kill -9 under load every acknowledged event is there exactly once, no request is torn, and late events, imports and settings come to the books of a plain walk', async () => {
  const seed = Date.now() % 1_000_000;
  const result = await crashLoop({ rounds: 5, seed, longest: 400 });
  expect(result.acknowledged).toBeGreaterThan(100);
  expect(result.records).toBeGreaterThan(100);
  expect(result.late).toBeGreaterThan(10);
});

/** A ledger that cannot complain proves nothing. */
describe('CRASH-2: the ledger notices', () => {
  const login = (id: string): LoadEvent => ({
    type: 'login',
    organisation: 'o',
    user: id,
    device: 'd',
    logonSource: 'Agent Desktop',
    licences: ['x'],
    id,
  });
  const record = (seq: number, eventId: string) => ({ seq, eventId, user: eventId, device: 'd' }) as RecordView;
  const answer = (...results: ['recorded' | 'duplicate', number[]][]) => ({
    epoch: 'e',
    seq: 9,
    results: results.map(([status, records], index) => ({ index, status, records })),
  });
  const ledger = () => {
    const one = createLedger();
    one.acknowledge([login('a'), login('b')], answer(['recorded', [1]], ['recorded', [2]]), 1);
    return one;
  };

  it.each([
    ['a lost record', [record(1, 'a')], 'login b: acknowledged as records [2], on disk []'],
    ['a doubled event', [record(1, 'a'), record(2, 'b'), record(3, 'b')], 'login b: acknowledged as records [2], on disk [2,3]'],
    ['a doubled number', [record(1, 'a'), record(1, 'a'), record(2, 'b')], 'seq 1 twice'],
    ['what nobody sent', [record(1, 'a'), record(2, 'b'), record(3, 'c')], 'records of c, which was never acknowledged'],
  ])('%s', (_, records, complaint) => expect(ledger().check(records, 0).join()).toContain(complaint));

  it('a torn request', () => {
    expect(() => createLedger().acknowledge([login('a'), login('b')], answer(['duplicate', [1]], ['recorded', [2]]), 2)).toThrow('torn');
  });

  it('nothing, where all is well', () => expect(ledger().check([record(1, 'a'), record(2, 'b')], 0)).toEqual([]));
});

import { describe, expect, it } from 'vitest';
import { inWords } from '../../dashboard/format/duration.ts';
import { type FreshnessFacts, freshness } from '../../dashboard/format/freshness.ts';
import { licenceGroups } from '../../dashboard/format/licence-groups.ts';
import { formatCount } from '../../dashboard/format/number.ts';
import { nextLogin, poolState } from '../../dashboard/format/pool-state.ts';
import { instantOfLocal, localOfInstant } from '../../dashboard/format/zone.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import { licenceRow } from './support-live-server.ts';

const NOON = Date.UTC(2026, 10, 24, 12, 3, 11);
const facts = (more: Partial<FreshnessFacts>): FreshnessFacts => ({
  connected: true,
  age: 2_000,
  isOld: false,
  heardAt: NOON,
  now: NOON + 2_000,
  timeZone: 'Europe/London',
  notRecording: null,
  feedSilent: false,
  lastEventAt: null,
  ...more,
});

describe('freshness in words', () => {
  it('UI-11: live numbers say how old they are', () => {
    expect(freshness(facts({}))).toMatchObject({ kind: 'live', brief: 'Live · data 2 s old', sentence: null });
  });

  it('UI-11: old numbers say since when, in the organisation’s zone, whether or not there is a connection', () => {
    const old = { age: 130_000, isOld: true, now: NOON + 130_000 };
    for (const connected of [true, false]) {
      expect(freshness(facts({ ...old, connected })).sentence).toBe('These numbers are old: last heard 12:03:11 (2 min 10 s ago)');
    }
    expect(freshness(facts({ ...old, timeZone: 'Asia/Tokyo' })).sentence).toContain('21:03:11');
    expect(freshness(facts({ ...old, now: NOON + 86_400_000 })).sentence).toContain('24 Nov, 12:03:11');
  });

  it('UI-11: what is spoken does not change every second', () => {
    const at = (age: number) => freshness(facts({ age, isOld: true, now: NOON + age })).announcement;
    expect(at(11_000)).toBe(at(19_000));
  });

  it('UI-12: a silent feed is another sentence than old numbers, and old numbers win', () => {
    const silent = facts({ feedSilent: true, lastEventAt: NOON - 600_000 });
    expect(freshness(silent)).toMatchObject({ kind: 'silent', sentence: 'Feed silent: no event since 11:53:11 (10 min 2 s)' });
    expect(freshness({ ...silent, isOld: true, age: 11_000 }).kind).toBe('old');
  });

  it('UI-19: a daemon that records nothing says since when and why, also before the first numbers; old numbers win', () => {
    const notRecording = { since: NOON - 60_000, reasons: ['The disk is full'] };
    const sentence = 'Not recording since 12:02:11: these numbers stand still. The disk is full';
    expect(freshness(facts({ notRecording, feedSilent: true }))).toMatchObject({ kind: 'not-recording', sentence, announcement: sentence });
    expect(freshness(facts({ notRecording, age: null, heardAt: null }))).toMatchObject({ kind: 'not-recording', brief: 'Not recording' });
    expect(freshness(facts({ notRecording, isOld: true, age: 11_000 })).kind).toBe('old');
    expect(freshness(facts({ notRecording, connected: false })).kind).toBe('reconnecting');
  });

  it('UI-11: durations are told in their two largest units', () => {
    expect([900, 59_999, 130_000, 3_600_000, 11_100_000, 187_200_000].map(inWords)).toEqual([
      '0 s',
      '59 s',
      '2 min 10 s',
      '1 h',
      '3 h 5 min',
      '2 d 4 h',
    ]);
  });
});

describe('pools in words', () => {
  const entitled = (inUse: number, mark: number, contingencyMax = 0) => {
    const used = Math.min(inUse, 200);
    const overflow = Math.min(inUse - used, 20);
    return licenceRow('Inbound Agent', inUse, {
      concurrent: { total: 200, used, available: 200 - used },
      contingency: { total: 20, used: overflow, available: 20 - overflow, maxUsed: Math.max(overflow, contingencyMax), maxUsedAt: null },
      overLimit: inUse - used - overflow,
      peak: { day: { value: mark, at: null }, billingPeriod: { value: mark, at: null } },
    });
  };

  it('UI-13: each state has its words', () => {
    expect(poolState(licenceRow('UC User', 3)).words).toBe('No entitlement set');
    expect(poolState(entitled(188, 200)).words).toBe('Room for 12');
    expect(poolState(entitled(200, 200)).words).toBe('Full');
    expect(poolState(entitled(203, 203)).words).toBe('In contingency: 3 of 20');
    expect(poolState(entitled(222, 222)).words).toBe('Over limit: 2');
  });

  it('UI-14: the next login is free below the marks of the period, and says which one it would raise', () => {
    expect(nextLogin(entitled(188, 200))).toMatchObject({ free: true, words: 'free' });
    expect(nextLogin(entitled(188, 188))).toMatchObject({ free: false, words: 'new high-water mark' });
    expect(nextLogin(entitled(203, 210, 10))).toMatchObject({ free: true, words: 'free' });
    expect(nextLogin(entitled(203, 210, 10)).detail).toBe('in contingency, 7 below the period’s mark');
    expect(nextLogin(entitled(203, 210, 3), 1_095.5).detail).toBe('4 this period, costs 1,095.50');
    expect(nextLogin(entitled(203, 210, 3))).toMatchObject({ free: false, words: 'new contingency maximum' });
    expect(nextLogin(entitled(220, 230, 20))).toMatchObject({ free: false, words: 'over limit' });
  });

  it('UI-13: every type keeps its place: by what grants it, in the catalogue’s order, the rest last', () => {
    const rows = ['Video Kiosk 10', 'Video Kiosk 2', 'Agent Calls', 'Supervisor', 'Meeting Room', 'Recording'].map((name) =>
      licenceRow(name, 1),
    );
    const groups = licenceGroups(rows, BUILT_IN_CATALOGUE).map(({ title, rows: own }) => [title, own.map((row) => row.licenceType)]);
    expect(groups).toEqual([
      ['User types', ['Meeting Room', 'Supervisor']],
      ['Service features', ['Recording', 'Agent Calls']],
      ['Other licence types', ['Video Kiosk 2', 'Video Kiosk 10']],
    ]);
  });

  it('UI-13: numbers are plain digits in groups', () => expect(formatCount(1_234_567)).toBe('1,234,567'));
});

describe('local times', () => {
  it('UI-15: a local time that occurs twice is the first; one that the clocks skip comes after the gap', () => {
    expect(instantOfLocal('2026-10-25T01:30', 'Europe/London')).toBe(Date.UTC(2026, 9, 25, 0, 30));
    expect(instantOfLocal('2026-03-29T01:30', 'Europe/London')).toBe(Date.UTC(2026, 2, 29, 1, 30));
    expect(instantOfLocal('2026-07-01T12:00', 'America/New_York')).toBe(Date.UTC(2026, 6, 1, 16));
    expect(instantOfLocal('no time', 'UTC')).toBeNull();
    expect(localOfInstant(Date.UTC(2026, 6, 1, 16, 5), 'America/New_York')).toBe('2026-07-01T12:05');
  });
});

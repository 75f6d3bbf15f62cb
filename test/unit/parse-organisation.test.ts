import { describe, expect, it } from 'vitest';
import { parseOrganisation } from '../../server/parse/organisation.ts';
import { RefusedInput } from '../../server/parse/refusal.ts';
import { parseAssignment, parseUsers } from '../../server/parse/users.ts';

function errors(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof RefusedInput) return error.errors.map(({ index, path }) => (index === undefined ? path : `${index} ${path}`));
    throw error;
  }
  throw new Error('was not refused');
}
const settings = (body: unknown) => parseOrganisation('129', body);

describe('settings of an organisation', () => {
  it('INGEST-20 fills in every default', () => {
    expect(settings({})).toEqual({ name: '129', timeZone: 'UTC', billingPeriodStartDay: 1, entitlements: {} });
  });

  it('INGEST-21 keeps what is given, instants in UTC', () => {
    const given = {
      name: 'Storm',
      timeZone: 'Europe/London',
      billingPeriodStartDay: 28,
      entitlements: { 'Agent Calls': { concurrent: 3, unitPrice: 1.5 }, 'OUTBOUND Agent': { concurrent: 0, contingency: 2 } },
      effectiveFrom: '2026-11-24T01:00:00+01:00',
      scheduledLogOff: '23:59',
      staleAfterSeconds: 0.5,
      defaultLeaseSeconds: 60,
      feedSilentAfterSeconds: 300,
    };
    expect(settings(given)).toEqual({
      ...given,
      effectiveFrom: '2026-11-24T00:00:00.000Z',
      entitlements: {
        'Agent Calls': { concurrent: 3, contingency: 0, unitPrice: 1.5 },
        'Outbound Agent': { concurrent: 0, contingency: 2 },
      },
    });
  });

  it('INGEST-22 takes every name as a licence type, also those that objects are born with', () => {
    const body = JSON.parse('{"entitlements":{"__proto__":{"concurrent":3},"constructor":{"concurrent":1},"toString":{"concurrent":2}}}');
    const { entitlements } = settings(body);
    expect(Object.keys(entitlements)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(JSON.parse(JSON.stringify(entitlements))).toEqual(
      JSON.parse(
        '{"__proto__":{"concurrent":3,"contingency":0},"constructor":{"concurrent":1,"contingency":0},"toString":{"concurrent":2,"contingency":0}}',
      ),
    );
    expect(Object.getOwnPropertyDescriptor(entitlements, '__proto__')?.value).toEqual({ concurrent: 3, contingency: 0 });
  });

  it('INGEST-23 refuses what is wrong, all at once', () => {
    const body = {
      timeZone: 'Mars/Olympus',
      billingPeriodStartDay: 29,
      scheduledLogOff: '24:00',
      staleAfterSeconds: 0,
      nickname: 'x',
      entitlements: { A: { concurrent: -1 }, B: { concurrent: 1.5 }, '': { concurrent: 1 }, C: 3, D: { concurrent: 1, colour: 'red' } },
    };
    expect(errors(() => settings(body))).toEqual([
      'timeZone',
      'billingPeriodStartDay',
      'scheduledLogOff',
      'staleAfterSeconds',
      'nickname',
      'entitlements.A.concurrent',
      'entitlements.B.concurrent',
      'entitlements.',
      'entitlements.C',
      'entitlements.D.colour',
    ]);
  });

  it.each([
    null,
    [],
    'x',
    7,
    { entitlements: [] },
    { entitlements: null },
    { timeZone: '+01:00' },
    { timeZone: '' },
    { billingPeriodStartDay: 1.5 },
    { name: '' },
  ])('INGEST-24 refuses %j', (body) => {
    expect(errors(() => settings(body))).toHaveLength(1);
  });

  it('INGEST-25 takes back what GET gives, and no other organisation', () => {
    expect(settings({ organisation: '129' })).not.toHaveProperty('organisation');
    expect(errors(() => settings({ organisation: '130' }))).toEqual(['organisation']);
  });
});

describe('users', () => {
  it('INGEST-26 reads one assignment, features folded', () => {
    expect(parseAssignment('edred', {})).toEqual({ user: 'edred', assignment: { serviceFeatures: [] } });
    expect(
      parseAssignment('edred', {
        user: 'edred',
        name: 'Ed',
        group: 'G',
        userType: 'Inbound Agent',
        serviceFeatures: ['Recording', 'Recording'],
        effectiveFrom: '2026-11-24T01:00:00+01:00',
      }),
    ).toEqual({
      user: 'edred',
      assignment: { name: 'Ed', group: 'G', userType: 'Inbound Agent', serviceFeatures: ['Recording'] },
      effectiveFrom: '2026-11-24T00:00:00.000Z',
    });
    expect(errors(() => parseAssignment('edred', { effectiveFrom: 'tomorrow' }))).toEqual(['effectiveFrom']);
    expect(errors(() => parseAssignment('edred', { user: 'other' }))).toEqual(['user']);
    expect(errors(() => parseAssignment('edred', []))).toEqual(['']);
  });

  it('INGEST-27 reads many, each once, and names the item that is wrong', () => {
    expect(parseUsers([{ user: '__proto__' }, { user: 'b', serviceFeatures: ['Recording'] }])).toEqual([
      { user: '__proto__', assignment: { serviceFeatures: [] } },
      { user: 'b', assignment: { serviceFeatures: ['Recording'] } },
    ]);
    expect(errors(() => parseUsers([{ user: 'a' }, { user: 'a' }, { name: 'x' }, 5]))).toEqual(['1 user', '2 user', '3 ']);
    expect(errors(() => parseUsers({ user: 'a' }))).toEqual(['']);
  });
});

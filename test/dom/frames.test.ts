import { expect, it } from 'vitest';
import { parseFrame } from '../../dashboard/client/frames.ts';
import { pathOf, routeOf } from '../../dashboard/client/routes.ts';

it('UI-16: what is no frame of this protocol is left alone', () => {
  for (const text of ['', 'null', '[]', '{', '{"type":"toString"}', '{"type":"later"}', '{"type":"snapshot","organisation":"129"}', 7]) {
    expect(parseFrame(text)).toBeNull();
  }
  const beat = { type: 'beat', now: '2026-11-24T12:00:00.000Z', seq: 1, asOf: '2026-11-24T12:00:00.000Z', more: 'of a later version' };
  expect(parseFrame(JSON.stringify(beat))).toEqual(beat);
});

it('UI-17: every page has a path, and a licence type may have any name', () => {
  const names = ['Inbound Agent', 'Agent E-mail', 'a/b', '100 %', 'Zoë?#'];
  for (const licenceType of names) {
    const path = pathOf({ page: 'licence', licenceType });
    expect(path.split('/')).toHaveLength(3);
    expect(routeOf(path)).toEqual({ page: 'licence', licenceType });
  }
  expect(routeOf('/wall/all')).toEqual({ page: 'wall', board: 'all' });
  expect(routeOf('/sessions/')).toEqual({ page: 'sessions' });
  for (const target of [
    { page: 'alerts', view: 'active' },
    { page: 'alerts', view: 'new-rule' },
    { page: 'alerts', view: 'receivers', id: 'ops/night' },
  ] as const) {
    expect(routeOf(pathOf(target))).toEqual(target);
  }
  for (const path of ['/alerts/', '/alerts']) expect(routeOf(path)).toEqual({ page: 'alerts', view: 'active' });
  for (const path of ['/alerts/active', '/alerts/nothing', '/alerts/rules/a/b']) expect(routeOf(path)).toEqual({ page: 'nowhere' });
  for (const path of ['/nothing', '/licences', '/wall/', '/licences/%E0%A4%A', '/licences/a/b'])
    expect(routeOf(path)).toEqual({ page: 'nowhere' });
});

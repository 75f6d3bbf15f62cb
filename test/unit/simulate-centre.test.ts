import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAgenda } from '../../server/simulate/agenda.ts';
import { licencesOf } from '../../server/simulate/entitlements.ts';
import { createSimulation, type Simulation, type WireEvent } from '../../server/simulate/simulation.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import { nameProblem } from '../../shared/names.ts';
import { deviceOf, openDevices } from '../support/open-devices.ts';

const simulation = (users: number, rate: number, seed = 7) => createSimulation({ organisation: '129', users, rate, seed, run: 'run' });

function warmUp(centre: Simulation): WireEvent[] {
  const events: WireEvent[] = [];
  for (let draft = centre.warmUp(); draft; draft = centre.warmUp()) events.push(draft.event);
  return events;
}

function play(centre: Simulation, count: number): WireEvent[] {
  return [...warmUp(centre), ...Array.from({ length: count }, (_, nth) => centre.next(nth).event)];
}

describe('the simulated centre', () => {
  it('SIM-1: a seed tells the whole story', () => {
    const [one, same, other] = [simulation(200, 50), simulation(200, 50), simulation(200, 50, 8)];
    expect(same.staff).toEqual(one.staff);
    expect(same.settings).toEqual(one.settings);
    expect(play(same, 3000)).toEqual(play(one, 3000));
    expect(other.staff).not.toEqual(simulation(200, 50).staff);
  });

  it('SIM-2: after the warm-up most of those on shift are in, and nobody logged in twice', () => {
    const centre = simulation(1000, 50);
    const events = warmUp(centre);
    const devices = openDevices();
    for (const event of events) devices.apply(event);
    expect(events.every((event) => event.type === 'login')).toBe(true);
    expect(new Set(events.map((event) => `${event.user}/${deviceOf(event)}`)).size).toBe(events.length);
    expect(devices.users()).toBeGreaterThan(550);
    expect(devices.users()).toBeLessThanOrEqual(centre.opening);
    expect(events.length).toBeLessThan(2 * centre.opening);
  });

  it('SIM-3: only stray logouts have no login before them, and they are rare', () => {
    const devices = openDevices();
    const events = play(simulation(500, 100), 60_000);
    const stray = events.filter((event) => !devices.apply(event));
    expect(stray.every((event) => event.type === 'logout')).toBe(true);
    expect(stray.length).toBeGreaterThan(0);
    expect(stray.length).toBeLessThan(events.length * 0.005);
  });

  it.each([
    [1, 0.5],
    [1, 10_000],
    [2, 5],
    [7, 100],
    [30, 50_000],
    [5000, 1],
  ])('SIM-4: %d users at %d events a second never run dry', (users, rate) => {
    const events = play(simulation(users, rate), 20_000);
    expect(events.length).toBeGreaterThanOrEqual(20_000);
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
  });

  it('SIM-5: every licence type, every logon source that people use, and one that nobody knows', () => {
    const centre = simulation(1000, 100);
    const held = new Set(centre.staff.flatMap((member) => [...licencesOf(member).keys()]));
    expect([...held].sort()).toEqual(BUILT_IN_CATALOGUE.licenceTypes.map((type) => type.name).sort());
    const used = new Set(play(centre, 30_000).map((event) => event.logonSource));
    const people = BUILT_IN_CATALOGUE.logonSources.filter((source) => source.family !== 'system').map((source) => source.name);
    expect(people.filter((source) => !used.has(source))).toEqual([]);
    expect([...used].filter((source) => !people.includes(source))).toEqual(['Agent Mobile App']);
  });

  it('SIM-6: concurrency runs near what was bought: a morning is sometimes above it and mostly not', () => {
    const centre = simulation(1000, 50);
    const agents = new Set(centre.staff.filter((member) => licencesOf(member).has('Inbound Agent')).map((member) => member.user));
    const bought = centre.settings.entitlements['Inbound Agent'];
    const devices = openDevices();
    let present = 0;
    let above = 0;
    const events = play(centre, 12_000);
    for (const event of events) {
      if (!agents.has(event.user)) continue;
      const before = devices.open.has(event.user);
      devices.apply(event);
      present += Number(devices.open.has(event.user)) - Number(before);
      if (present > (bought?.concurrent ?? 0)) above++;
    }
    expect(above).toBeGreaterThan(events.length * 0.02);
    expect(above).toBeLessThan(events.length * 0.5);
  });

  it('SIM-7: a leased desktop is heard of within its lease, unless its connection was lost', () => {
    const rate = 100;
    const centre = simulation(300, rate);
    const heard = new Map<string, number>();
    for (const event of warmUp(centre)) if (event.leaseSeconds) heard.set(event.user, 0);
    let onTime = 0;
    let vanished = 0;
    for (let nth = 0; nth < rate * 600; nth++) {
      const { event } = centre.next(nth);
      const at = nth / rate;
      const before = heard.get(event.user);
      if (deviceOf(event) === 'desktop' && before !== undefined) {
        const silent = at - before;
        if (event.type === 'heartbeat') expect(silent).toBeLessThan(60);
        if (silent < 90) onTime++;
        else vanished++;
        heard.delete(event.user);
      }
      if (event.leaseSeconds) heard.set(event.user, at);
    }
    expect(vanished).toBeGreaterThan(0);
    expect(vanished).toBeLessThan(onTime * 0.1);
  });

  it('SIM-8: people are as an administrator would enter them: distinct names, known types, events that a daemon takes', () => {
    const centre = simulation(5000, 50);
    expect(new Set(centre.staff.map((member) => member.user)).size).toBe(5000);
    const userTypes = BUILT_IN_CATALOGUE.licenceTypes.flatMap(({ grantedBy }) =>
      grantedBy && 'userType' in grantedBy ? [grantedBy.userType] : [],
    );
    expect(new Set(centre.staff.map((member) => member.assignment.userType))).toEqual(new Set(userTypes));
    for (const { user, assignment } of centre.staff) {
      expect([user, assignment.name, assignment.group].map((text) => nameProblem(text))).toEqual([null, null, null]);
    }
    expect(centre.staff.map((member) => member.index)).toEqual(centre.staff.map((_, index) => index));
  });
});

it('SIM-9: the agenda gives what is due, soonest first, first come first served', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.nat(20), (instants, now) => {
      const agenda = createAgenda<[at: number, nth: number]>();
      for (const [nth, at] of instants.entries()) agenda.add(at, [at, nth]);
      const out: [number, number][] = [];
      for (let item = agenda.due(now); item; item = agenda.due(now)) out.push(item);
      const expected = instants.map((at, nth): [number, number] => [at, nth]).filter(([at]) => at <= now);
      expect(out).toEqual(expected.sort(([a, left], [b, right]) => a - b || left - right));
      expect(agenda.size).toBe(instants.length - out.length);
    }),
  );
});

import { describe, expect, it, vi } from 'vitest';
import { shortName } from '../../dashboard/format/short-name.ts';

const PREFIX = 'Licence of the northern region by the framework contract of 2024 for team ';

describe('long names', () => {
  it('UI-83: a name that fits is shown as it is', () => {
    expect(shortName('Inbound Agent', ['Inbound Agent', 'Supervisor'], 14)).toBe('Inbound Agent');
  });

  it('UI-83: one that does not keeps its start and its end', () => {
    const names = ['A1', 'B2'].map((team) => PREFIX + team);
    expect(names.map((name) => shortName(name, names, 30))).toEqual(['Licence of the no…for team A1', 'Licence of the no…for team B2']);
  });

  it('UI-83: those that begin and end alike show where they differ', () => {
    const names = ['2024', '2025', '2026'].map(
      (year) => `Region North agent licence ${year}, with recording and everything, in Leeds, per month`,
    );
    const shown = names.map((name) => shortName(name, names, 30));
    expect(new Set(shown).size).toBe(3);
    expect(shown[1]).toBe('Region Nor…2025, with record…');
  });

  it('UI-83: of several that are alike up to different places none looks like another', () => {
    const tail = ' and so on, for everybody who works there at night';
    const names = ['left red', 'left blue', 'right red', 'right blue'].map((words) => `Of the house in the ${words} street${tail}`);
    expect(new Set(names.map((name) => shortName(name, names, 24))).size).toBe(4);
  });

  it('UI-83: no letter is cut in two, whatever it is made of', () => {
    const family = '👩‍👩‍👧‍👦';
    const names = ['one', 'two'].map((end) => `${family.repeat(20)} ${end}`);
    const shown = names.map((name) => shortName(name, names, 20));
    expect(new Set(shown).size).toBe(2);
    expect(shown[0]).toMatch(new RegExp(`^(${family})+…(${family})* one$`));
  });

  it('UI-83: a name that is the beginning of another can be told from it', () => {
    const names = ['W'.repeat(127), 'W'.repeat(128)];
    expect(shortName('A'.repeat(50), ['A'.repeat(50)], 20)).toMatch(/^A+…A+$/);
    const shown = names.map((name) => shortName(name, names, 20));
    expect(new Set(shown).size).toBe(2);
  });

  it('UI-83: the letters of a name are looked for once, not at every frame of a wall', () => {
    const names = Array.from({ length: 20 }, (_, nth) => `${PREFIX}number ${nth}`);
    const segment = vi.spyOn(Intl.Segmenter.prototype, 'segment');
    const frame = () => names.map((name) => shortName(name, names, 31));
    const first = frame();
    expect(segment).toHaveBeenCalledTimes(names.length);
    expect(frame()).toEqual(first);
    expect(segment).toHaveBeenCalledTimes(names.length);
    segment.mockRestore();
  });
});

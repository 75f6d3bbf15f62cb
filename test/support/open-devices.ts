import type { WireEvent } from '../../server/simulate/simulation.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';

const families = new Map(BUILT_IN_CATALOGUE.logonSources.map(({ name, family }) => [name, family]));

/** The device of an event: its own, or the family of its source. */
export const deviceOf = (event: Pick<WireEvent, 'device' | 'logonSource'>): string =>
  event.device ?? families.get(event.logonSource) ?? 'unknown';

/** A reader of the stream with no idea of licences: which devices are logged in. */
export function openDevices() {
  const open = new Map<string, Set<string>>();
  return {
    open,
    users: () => open.size,
    /** False for a logout or heartbeat without a login before it. */
    apply(event: WireEvent): boolean {
      const devices = open.get(event.user) ?? new Set<string>();
      const device = deviceOf(event);
      const known = devices.has(device);
      if (event.type === 'login') devices.add(device);
      if (event.type === 'logout') devices.delete(device);
      if (devices.size > 0) open.set(event.user, devices);
      else open.delete(event.user);
      return known || event.type === 'login';
    },
  };
}

/** How high each licence type stood in the last minutes, as of the last commit. */
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { RATE_MINUTES } from '../forecast/rate.ts';
import { MINUTE_MS, minuteLevels, minuteStart, pastOf, shiftMinutes } from '../usage/recent-levels.ts';
import type { TypeUsage } from '../usage/type-usage.ts';

interface Noted {
  minute: Instant;
  past: number;
  levels: readonly number[];
}

export class RecentLevels {
  readonly #organisations = new Map<string, Map<string, Noted>>();

  /** Takes a type over as a commit left it. What happens in a minute only counts when it is over, but for what comes late. */
  note(organisation: string, licenceType: string, usage: TypeUsage, at: Instant): void {
    const types = getOrMake(this.#organisations, organisation, () => new Map<string, Noted>());
    const minute = minuteStart(at);
    const past = pastOf(usage, minute);
    const known = types.get(licenceType);
    if (known?.minute === minute && known.past === past) return;
    types.set(licenceType, { minute, past, levels: minuteLevels(usage, minute, RATE_MINUTES) });
  }

  /** @param inUse as last shown: since its last commit it has stood there */
  of(organisation: string, licenceType: string, inUse: number, now: Instant): readonly number[] {
    const noted = this.#organisations.get(organisation)?.get(licenceType);
    return noted ? shiftMinutes(noted.levels, (minuteStart(now) - noted.minute) / MINUTE_MS, inUse) : [];
  }

  clear(): void {
    this.#organisations.clear();
  }
}

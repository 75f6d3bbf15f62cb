/** Which mute times are active, worked out once a minute: they begin and end with minutes, and time zone arithmetic is slow beside all else in a look. */
import type { MuteTime } from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';
import { type LocalClock, mutedUntil } from '../alerts/mute-times.ts';
import { MINUTE_MS } from '../usage/recent-levels.ts';

export interface ActiveMute {
  id: string;
  mute: MuteTime;
  until: Instant;
}

export interface ActiveMutes {
  /** @param clock another one, after a change of the organisation's settings, is asked anew */
  at(muteTimes: ReadonlyMap<string, MuteTime>, clock: LocalClock, now: Instant): readonly ActiveMute[];
  /** The mute times are others now. */
  forget(): void;
}

export function createActiveMutes(): ActiveMutes {
  let known: { minute: number; clock: LocalClock; active: readonly ActiveMute[] } | null = null;
  return {
    at(muteTimes, clock, now) {
      const minute = Math.floor(now / MINUTE_MS);
      if (known?.minute === minute && known.clock === clock) return known.active;
      const active = [...muteTimes].flatMap(([id, mute]) => {
        const until = mutedUntil(mute, clock, now);
        return until === null ? [] : [{ id, mute, until }];
      });
      known = { minute, clock, active };
      return active;
    },
    forget() {
      known = null;
    },
  };
}

/** What keeps the messages about an alert back: a silence, a mute time, or a worse alert. The alert itself goes on as it would. */
import type { MuteTime } from '../../shared/alerts.ts';
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { inhibits } from '../alerts/inhibition.ts';
import type { LocalClock } from '../alerts/mute-times.ts';
import { isMeant, type Matchable, type Silence, silencing } from '../alerts/silences.ts';
import type { ActiveMutes } from './active-mutes.ts';
import type { Alert } from './watched.ts';

export interface KeptBack {
  silencedBy?: string;
  mutedBy?: string;
  inhibitedBy?: string;
  /** When the silence or mute time ends; null where another alert decides. */
  until: Instant | null;
}

/** Where to look. Whatever is asked of one keeper is answered as of one instant. */
export interface Keeping {
  alerts: ReadonlyMap<string, Alert>;
  silences: ReadonlyMap<string, Silence>;
  muteTimes: ReadonlyMap<string, MuteTime>;
  activeMutes: ActiveMutes;
  clock: LocalClock;
}

/** Null: nothing keeps it back. */
export type Keeper = (alert: Alert) => KeptBack | null;

export function createKeeper({ alerts, silences, muteTimes, activeMutes, clock }: Keeping, now: Instant): Keeper {
  let critical: Map<string, Alert[]> | null = null;

  const muting = (alert: Matchable) => {
    const meant = activeMutes.at(muteTimes, clock, now).filter(({ mute }) => isMeant(mute.matchers, alert));
    return meant.reduce((last, one) => (last && last.until >= one.until ? last : one), meant[0]);
  };

  const inhibiting = (alert: Alert): Alert | undefined => {
    critical ??= criticalByType(alerts.values());
    return critical.get(alert.licenceType)?.find((other) => other !== alert && inhibits(inhibitable(other), inhibitable(alert)));
  };

  return (alert) => {
    const matchable = { rule: alert.rule, licenceType: alert.licenceType, severity: alert.of.severity };
    const silence = silencing(silences.values(), matchable, now);
    const mute = muting(matchable);
    const worse = inhibiting(alert);
    if (!silence && !mute && !worse) return null;
    return {
      ...(silence && { silencedBy: silence.id }),
      ...(mute && { mutedBy: mute.id }),
      ...(worse && { inhibitedBy: worse.id }),
      until: silence || mute ? Math.max(silence?.endsAt ?? 0, mute?.until ?? 0) : null,
    };
  };
}

const inhibitable = ({ licenceType, of }: Alert) => ({ licenceType, severity: of.severity, rule: of });

/** Of several, the one that has fired for longest says it. */
function criticalByType(alerts: Iterable<Alert>): Map<string, Alert[]> {
  const byType = new Map<string, Alert[]>();
  const firing = [...alerts].filter(({ course, of }) => course.state === 'firing' && of.severity === 'critical');
  firing.sort((a, b) => (a.course.firedAt ?? 0) - (b.course.firedAt ?? 0) || a.seq - b.seq);
  for (const alert of firing) getOrMake(byType, alert.licenceType, () => []).push(alert);
  return byType;
}

import type { LiveAlert } from '../../shared/live-protocol.ts';
import { alarming } from '../format/alert-groups.ts';
import type { FreshnessKind } from '../format/freshness.ts';
import { formatCount } from '../format/number.ts';

/** What a tab that is not looked at says in front of its title, and which icon it has. */
export interface TabState {
  words: string;
  icon: 'icon' | 'icon-old' | 'icon-firing';
}

const DOUBTFUL: Partial<Record<FreshnessKind, string>> = { old: 'Old', 'not-recording': 'Not recording', silent: 'Feed silent' };

/** Numbers that cannot be believed come before what fires: nobody knows whether it still does. */
export function tabState(kind: FreshnessKind, alerts: readonly LiveAlert[]): TabState {
  const words = DOUBTFUL[kind];
  if (words !== undefined) return { words, icon: 'icon-old' };
  const firing = alarming(alerts.filter(({ state }) => state === 'firing')).length;
  return firing > 0 ? { words: `${formatCount(firing)} firing`, icon: 'icon-firing' } : { words: '', icon: 'icon' };
}

export function showTabState(document: Document, { words, icon }: TabState, title: string): void {
  const whole = words === '' ? title : `${words} · ${title}`;
  if (document.title !== whole) document.title = whole;
  const link = document.querySelector('link[rel=icon]');
  const href = `/${icon}.svg`;
  if (link && link.getAttribute('href') !== href) link.setAttribute('href', href);
}

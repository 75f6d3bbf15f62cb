/**
 * Which messages to a receiver that is behind need not be sent any more, because later ones say how things stand. An *episode* is what
 * belongs together: an alert from firing to resolved, overflow from entered to left, the feed from silent to recovered.
 */
import type { WebhookEventType } from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';
import { type Delivery, saysHowItStands } from './outbox.ts';

const BEGINS: ReadonlySet<WebhookEventType> = new Set(['alert.firing', 'contingency.entered', 'feed.silent']);
const ENDS: ReadonlySet<WebhookEventType> = new Set(['alert.resolved', 'contingency.left', 'feed.recovered']);

export interface Superseded {
  delivery: Delivery;
  /** The next one that is sent. */
  into: Delivery;
}

/** The oldest message was tried in vain, and has been waiting for long. */
export const isBehind = (oldest: Delivery, now: Instant, afterMs: number): boolean =>
  oldest.attempts.length > 0 && now - oldest.at >= afterMs;

/**
 * Of each episode the first and the last message stay, and nothing stays of an episode that was over before the receiver could hear of it,
 * but for the newest. What was tried stays: the receiver may have it.
 * @param waiting to one receiver about one thing, oldest first
 */
export function superseded(waiting: readonly Delivery[]): Superseded[] {
  const episodes = inEpisodes(waiting);
  const kept = new Set(
    episodes.flatMap((episode, index) => {
      const unheard = index > 0 && index < episodes.length - 1 && isWhole(episode);
      return unheard ? [] : [episode[0], episode.at(-1)];
    }),
  );
  const found: Superseded[] = [];
  let into = waiting.at(-1);
  for (const delivery of waiting.toReversed()) {
    if (into && !kept.has(delivery) && isUntried(delivery) && saysHowItStands(delivery)) found.unshift({ delivery, into });
    else into = delivery;
  }
  return found;
}

const isUntried = ({ attempts }: Delivery): boolean => attempts.length === 0;

const isWhole = (episode: Delivery[]): boolean =>
  episode.every(isUntried) && BEGINS.has((episode[0] as Delivery).type) && ENDS.has((episode.at(-1) as Delivery).type);

function inEpisodes(waiting: readonly Delivery[]): Delivery[][] {
  const episodes: Delivery[][] = [];
  for (const delivery of waiting) {
    const episode = episodes.at(-1);
    if (!episode || isAnother(episode.at(-1) as Delivery, delivery)) episodes.push([delivery]);
    else episode.push(delivery);
  }
  return episodes;
}

/** An alert has an id for each course; the others begin anew. */
const isAnother = (before: Delivery, delivery: Delivery): boolean =>
  delivery.type.startsWith('alert.') ? before.data['id'] !== delivery.data['id'] : BEGINS.has(delivery.type);

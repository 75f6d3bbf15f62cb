import type { AlertRuleView } from '../../shared/alerts.ts';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import type { AlertsApi } from './alerts-api.ts';
import type { Cancel, LocalClock } from './clock.ts';
import { createEmitter, type Watchable } from './emitter.ts';
import type { LiveClient } from './live-client.ts';

/** Between two looks at the rules: others may change them, and live frames only name them. */
const CALM_MS = 120_000;
const RETRY_MS = 10_000;

/** The live alerts of the chosen organisation and the rules that they are of. */
export interface AlertBook extends Watchable {
  /** As the live frames have them, also those that were resolved a moment ago. `null` before the first snapshot. */
  alerts(): readonly LiveAlert[] | null;
  /** `null` until they are known. */
  rules(): readonly AlertRuleView[] | null;
  rule(id: string): AlertRuleView | undefined;
  /** Rules that may be taken over and are not. */
  offered(): readonly AlertRuleView[];
  /** Reads the rules again, after a change. */
  refresh(): Promise<void>;
  stop(): void;
}

export function createAlertBook(api: Pick<AlertsApi, 'rules'>, live: LiveClient, clock: LocalClock): AlertBook {
  const emitter = createEmitter();
  let organisation: string | null = null;
  let rules: readonly AlertRuleView[] | null = null;
  let defaults: readonly AlertRuleView[] = [];
  let request = new AbortController();
  let cancel: Cancel = () => {};
  const asked = new Set<string>();

  async function refresh(): Promise<void> {
    request.abort();
    cancel();
    if (organisation === null) return;
    request = new AbortController();
    const { signal } = request;
    let wait = CALM_MS;
    try {
      const answer = await api.rules(organisation, signal);
      if (signal.aborted) return;
      rules = answer.items;
      defaults = answer.defaults;
      emitter.emit();
    } catch {
      if (signal.aborted) return;
      wait = RETRY_MS;
    }
    cancel = clock.after(wait, () => void refresh());
  }

  const known = (id: string) => rules?.some((rule) => rule.id === id) ?? false;
  const stop = live.onState((state, change) => {
    if (state.organisation !== organisation) {
      organisation = state.organisation;
      rules = null;
      defaults = [];
      asked.clear();
    }
    const missing = state.alerts.filter(({ state: name, rule }) => name !== 'resolved' && !known(rule) && !asked.has(rule));
    for (const { rule } of missing) asked.add(rule);
    // Before a snapshot something may have been missed; a rule that nobody has read yet is read once it fires.
    if (change.whole || missing.length > 0) void refresh();
    emitter.emit();
  });
  const own = () => live.state()?.organisation === organisation;

  return {
    watch: emitter.watch,
    alerts: () => live.state()?.alerts ?? null,
    rules: () => (own() ? rules : null),
    rule: (id) => rules?.find((rule) => rule.id === id),
    offered: () => defaults.filter(({ id }) => !known(id)),
    refresh,
    stop() {
      request.abort();
      cancel();
      stop();
    },
  };
}

import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { AlertView, MuteTimeView, SilenceView, WebhookView } from '../../../shared/alerts.ts';
import type { LiveAlert } from '../../../shared/live-protocol.ts';
import '../../components/acknowledge-dialog.ts';
import type { AcknowledgeDialog } from '../../components/acknowledge-dialog.ts';
import { alertCard } from '../../components/alert-card.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import { poolShape } from '../../components/shapes.ts';
import '../../components/silence-dialog.ts';
import type { SilenceDialog } from '../../components/silence-dialog.ts';
import { ActController } from '../../controllers/act-controller.ts';
import { asKnown, summaryOf } from '../../controllers/alert-watch.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { EVERY_TEN_SECONDS, FollowController } from '../../controllers/follow-controller.ts';
import { ResourceController } from '../../controllers/resource-controller.ts';
import { SecondController } from '../../controllers/second-controller.ts';
import { WatchController } from '../../controllers/watch-controller.ts';
import { activeAlerts } from '../../format/alert-order.ts';
import { matchesAll } from '../../format/matcher-words.ts';
import { countOf } from '../../format/number.ts';
import { exactInstant, zoneLabel } from '../../format/time.ts';

/** What the live frames do not say: who acknowledged, what is held back and why, what could not be sent. */
interface Details {
  alerts: ReadonlyMap<string, AlertView>;
  silences: ReadonlyMap<string, SilenceView>;
  muteTimes: ReadonlyMap<string, MuteTimeView>;
  /** `null`: this token may not see them. */
  receivers: readonly WebhookView[] | null;
}

/** What is wrong now, the worst first. */
export class AlertsActiveView extends LightElement {
  static override properties = { dashboard: { attribute: false }, busy: { state: true } };
  declare dashboard: Dashboard;

  readonly #details = new ResourceController<Details>(this);
  readonly #acting = new ActController(
    this,
    () => this.dashboard,
    () => Promise.all([this.dashboard.alerts.refresh(), this.#read()]),
  );
  readonly #poll = new FollowController(
    this,
    () => this.dashboard,
    () => `${this.dashboard.chosen()} ${this.dashboard.alerts.alerts()?.map(({ id, state }) => id + state)}`,
    () => void this.#read(),
    EVERY_TEN_SECONDS,
  );

  constructor() {
    super();
    new WatchController(this, () => [this.dashboard.alerts, this.dashboard.live]);
    new SecondController(this, () => this.dashboard.live.serverNow());
  }

  async #read(): Promise<void> {
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    const { alertsApi: api } = this.dashboard;
    const byId = <T extends { id: string }>(items: T[]) => new Map(items.map((item) => [item.id, item]));
    await this.#details.about(organisation).load(async (signal) => {
      const [alerts, silences, muteTimes, receivers] = await Promise.all([
        api.alerts(organisation, signal),
        api.silences(organisation, signal),
        api.muteTimes(organisation, signal),
        api.receivers(organisation, signal).catch((error: unknown) => {
          if (error instanceof Error && 'status' in error && error.status === 403) return null;
          throw error;
        }),
      ]);
      return { alerts: byId(alerts), silences: byId(silences), muteTimes: byId(muteTimes), receivers };
    });
  }

  override render() {
    const { dashboard } = this;
    const { live, alerts } = dashboard;
    const now = live.serverNow();
    const { kind, words, more } = summaryOf(dashboard);
    const shown = activeAlerts(alerts.alerts() ?? []);
    const isKept = ({ id }: LiveAlert) => this.#details.value?.alerts.get(id)?.inhibitedBy !== undefined;
    const [told, kept] = [shown.filter((alert) => !isKept(alert)), shown.filter(isKept)];
    return html`<section class="alert-summary" data-alerts=${kind} aria-label="Summary">
        <h2>${words}</h2>
        <p class="soft">${more ? `${more} · t` : 'T'}imes in ${zoneLabel(now, dashboard.timeZone())}</p>
        ${kind === 'no-rules' ? this.#offer() : nothing}
      </section>
      ${this.#allHeldBack(now)} ${problemReport(this.#details.error ?? this.#acting.error)}
      <p class="saved" role="status">${this.#acting.words}</p>
      ${this.#cards('Active alerts', told, now)}
      ${
        kept.length === 0
          ? nothing
          : html`<details class="level-table" ?open=${told.length === 0}>
              <summary>${countOf(kept.length, 'lesser alert')}: a worse one says the same already</summary>
              ${this.#cards('Lesser alerts', kept, now)}
            </details>`
      }
      <hw-acknowledge-dialog .dashboard=${dashboard} @done=${this.#changed}></hw-acknowledge-dialog>
      <hw-silence-dialog .dashboard=${dashboard} @done=${this.#changed}></hw-silence-dialog>`;
  }

  /** One that names nothing concerns also what has not begun yet, so that no card would tell of it. */
  #allHeldBack(now: number) {
    const { silences, muteTimes } = this.#details.value ?? {};
    const silence = [...(silences?.values() ?? [])].find(({ matchers }) => matchesAll(matchers));
    const muted = [...(muteTimes?.values() ?? [])].find(({ matchers, activeUntil }) => activeUntil !== null && matchesAll(matchers));
    const until = silence?.endsAt ?? muted?.activeUntil ?? null;
    if (until === null) return nothing;
    const why = silence ? `a silence of every alert, by ${silence.by}` : `the mute time “${muted?.name}” is about every alert`;
    return html`<p class="alert-note">
      ${poolShape('contingency')} <strong>Nothing is sent about any alert until ${exactInstant(until, now, this.dashboard.timeZone())}</strong>: ${why}.
      <a href=${this.dashboard.navigation.href({ page: 'alerts', view: 'silences' })}>Silences</a>
    </p>`;
  }

  #cards(label: string, alerts: readonly LiveAlert[], now: number) {
    if (alerts.length === 0) return nothing;
    return html`<ul class="alert-cards" aria-label=${label}>
      ${repeat(
        alerts,
        (alert) => alert.id,
        (alert) => this.#card(asKnown(this.dashboard, alert), now),
      )}
    </ul>`;
  }

  #card(alert: LiveAlert, now: number) {
    const details = this.#details.value;
    const detail = details?.alerts.get(alert.id);
    const inhibitor = detail?.inhibitedBy === undefined ? undefined : details?.alerts.get(detail.inhibitedBy);
    return alertCard(this.dashboard, alert, now, {
      detail,
      silence: detail?.silencedBy === undefined ? undefined : details?.silences.get(detail.silencedBy),
      muteTime: detail?.mutedBy === undefined ? undefined : details?.muteTimes.get(detail.mutedBy),
      inhibitor,
      receivers: details?.receivers ?? null,
      acknowledge: () => this.querySelector<AcknowledgeDialog>('hw-acknowledge-dialog')?.open(alert),
      openSilence: () => this.querySelector<SilenceDialog>('hw-silence-dialog')?.open(alert),
      endSilence: (id) =>
        void this.#acting.act('The silence is over', (organisation) => this.dashboard.alertsApi.endSilence(organisation, id)),
    });
  }

  #offer() {
    const count = this.dashboard.alerts.offered().length;
    if (count === 0) return nothing;
    return html`<p class="form-end">
      <button
        type="button"
        class="button button-main"
        aria-disabled=${this.#acting.loading}
        @click=${() => void this.#acting.act(`${count} rules are in force`, (organisation) => this.dashboard.alertsApi.takeOverDefaults(organisation))}
      >
        Take over the ${count} usual rules
      </button>
      <a class="button" href=${this.dashboard.navigation.href({ page: 'alerts', view: 'new-rule' })}>Write one</a>
    </p>`;
  }

  readonly #changed = () => {
    this.#poll.now();
  };
}

customElements.define('hw-alerts-active', AlertsActiveView);

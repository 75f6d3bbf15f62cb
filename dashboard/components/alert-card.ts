import { html, nothing, type TemplateResult } from 'lit';
import type { AlertView, MuteTimeView, SilenceView, WebhookView } from '../../shared/alerts.ts';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { parseInstant } from '../../shared/time.ts';
import { wordsOf } from '../controllers/alert-watch.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { inWords } from '../format/duration.ts';
import { countOf } from '../format/number.ts';
import { exactMoment, minuteTime, shortMoment } from '../format/time.ts';
import { alertMark } from './alert-mark.ts';
import { shownMoment } from './shown-moment.ts';

export interface AlertCardParts {
  detail: AlertView | undefined;
  silence: SilenceView | undefined;
  muteTime: MuteTimeView | undefined;
  inhibitor: AlertView | undefined;
  /** `null`: not known. */
  receivers: readonly WebhookView[] | null;
  acknowledge(): void;
  openSilence(): void;
  endSilence(id: string): void;
}

/** One alert with all that a supervisor has to know about it, and the two things that can be done. */
export function alertCard(dashboard: Dashboard, alert: LiveAlert, now: number, parts: AlertCardParts): TemplateResult {
  const { navigation } = dashboard;
  const zone = dashboard.timeZone();
  const { title, now: value, limit, easing } = wordsOf(dashboard, alert);
  const since = parseInstant(alert.startsAt) ?? now;
  const { detail } = parts;
  const type = alert.licenceType;
  const name = `${type === '*' ? '' : `${type}: `}${title}`;
  const still = dashboard.live.standsStill();
  const old = still ? html`<span class="old-word">, old</span>` : nothing;
  // A length that counts on would say that it fires on.
  const lasted = still ? nothing : html`<span class="soft">${inWords(now - since)}</span>`;
  return html`<li class="alert-card" data-alert=${alert.id} data-severity=${alert.severity} data-alert-state=${alert.state}>
    <div class="alert-card-head">
      ${alertMark(alert)}
      <h3>${type === '*' ? nothing : html`<a href=${navigation.href({ page: 'licence', licenceType: type })}>${type}</a>: `}${title}</h3>
    </div>
    ${detail?.summary && detail.summary !== title ? html`<p>${detail.summary}</p>` : nothing}
    <dl class="alert-facts">
      ${value === '' ? nothing : fact('Now', html`<strong class="live-number">${value}</strong>${old}${easing ? html`<span class="soft">, easing</span>` : nothing}`)} ${limit === '' ? nothing : fact('Fires', html`at ${limit.replace(/^at /, '')}`)}
      ${fact(alert.state === 'pending' ? 'There since' : 'Since', html`${shownMoment(alert.startsAt, now, zone)} ${lasted}`)}
      ${fact('Acknowledged', acknowledged(detail, now, zone))} ${heldBack(dashboard, parts, now, zone)} ${sent(dashboard, parts)}
    </dl>
    <p class="alert-actions">
      <button type="button" class="button" aria-label="Acknowledge ${name}" @click=${() => parts.acknowledge()}>
        ${detail?.acknowledgedBy === undefined ? 'Acknowledge' : 'Acknowledge again'}
      </button>
      ${
        parts.silence
          ? nothing
          : html`<button type="button" class="button" aria-label="Silence ${name}" @click=${() => parts.openSilence()}>Silence …</button>`
      }
      <a class="button" href=${navigation.href({ page: 'alerts', view: 'rules', id: alert.rule })} aria-label="Rule of ${name}">Rule</a>
    </p>
  </li>`;
}

const fact = (words: string, value: TemplateResult): TemplateResult =>
  html`<div>
    <dt>${words}</dt>
    <dd>${value}</dd>
  </div>`;

function acknowledged(detail: AlertView | undefined, now: number, zone: string): TemplateResult {
  if (!detail) return html`<span class="soft">…</span>`;
  const { acknowledgedBy, acknowledgedAt, note } = detail;
  if (acknowledgedBy === undefined) return html`<span class="soft">by nobody yet</span>`;
  const at = acknowledgedAt === undefined ? null : parseInstant(acknowledgedAt);
  return html`by ${acknowledgedBy}${at === null ? '' : ` ${shortMoment(at, now, zone)}`}${note ? html`<span class="soft">: ${note}</span>` : nothing}`;
}

/** Why nothing is sent, where nothing is. */
function heldBack(dashboard: Dashboard, { detail, silence, muteTime, inhibitor, endSilence }: AlertCardParts, now: number, zone: string) {
  if (silence) {
    const end = parseInstant(silence.endsAt) ?? now;
    return fact(
      'Silenced',
      html`until ${end - now < 86_400_000 ? minuteTime(end, zone) : exactMoment(end, now, zone)} by ${silence.by}${silence.note ? html`<span class="soft">: ${silence.note}</span>` : nothing}
        <button type="button" class="link-button" @click=${() => endSilence(silence.id)}>End the silence</button>`,
    );
  }
  if (detail?.silencedBy !== undefined) return fact('Silenced', html`by a silence`);
  if (detail?.mutedBy !== undefined) return fact('Muted', muteTime ? html`by the mute time “${muteTime.name}”` : html`by a mute time`);
  if (detail?.inhibitedBy !== undefined) {
    const other = inhibitor ? (dashboard.alerts.rule(inhibitor.rule)?.name ?? inhibitor.rule) : 'a worse alert';
    return fact('Held back', html`“${other}” says it already`);
  }
  return nothing;
}

function sent(dashboard: Dashboard, { detail, receivers }: AlertCardParts) {
  const href = (id?: string) =>
    dashboard.navigation.href({ page: 'alerts', view: 'receivers', ...(id === undefined ? {} : { id }) }, { status: 'failed' });
  if (detail && receivers?.length === 0) return fact('Messages', html`<span class="soft">nobody is told: there is no receiver</span>`);
  const { pending = 0, failed = 0 } = detail?.deliveries ?? {};
  if (failed > 0) {
    const one = receivers?.length === 1 ? receivers[0]?.id : undefined;
    return fact('Messages', html`<a class="failed" href=${href(one)}>${countOf(failed, 'delivery', 'deliveries')} failed</a>`);
  }
  if (pending > 0) return fact('Messages', html`${countOf(pending, 'delivery', 'deliveries')} under way`);
  return nothing;
}

import { html, nothing } from 'lit';
import type { AlertMatchers, MuteTimeSpan, MuteTimeView, SilenceView } from '../../../shared/alerts.ts';
import { parseInstant } from '../../../shared/time.ts';
import { asked } from '../../components/form-fields.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import { refusals } from '../../components/refusals.ts';
import { poolShape } from '../../components/shapes.ts';
import { ActController } from '../../controllers/act-controller.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { followOrganisation } from '../../controllers/follow-controller.ts';
import { ResourceController } from '../../controllers/resource-controller.ts';
import { WatchController } from '../../controllers/watch-controller.ts';
import { matcherWords, matchesAll } from '../../format/matcher-words.ts';
import { exactMoment, zoneLabel } from '../../format/time.ts';
import { daysInWords } from '../../format/weekday-words.ts';

/** What keeps messages back: silences with an end, and mute times of every week. The states go on. */
export class AlertSilencesView extends LightElement {
  static override properties = { dashboard: { attribute: false }, muted: { state: true } };
  declare dashboard: Dashboard;
  /** What a new mute time is about: a severity, or empty for every alert. */
  declare muted: string;

  readonly #known = new ResourceController<{ silences: SilenceView[]; muteTimes: MuteTimeView[] }>(this);
  readonly #acting = new ActController(
    this,
    () => this.dashboard,
    () => this.#poll.now(),
  );
  readonly #adding = new ActController(
    this,
    () => this.dashboard,
    () => this.#poll.now(),
  );
  readonly #poll = followOrganisation(this, () => void this.#read());

  constructor() {
    super();
    this.muted = '';
    new WatchController(this, () => [this.dashboard.alerts]);
  }

  readonly #choose = (event: Event) => {
    this.muted = (event.currentTarget as HTMLSelectElement).value;
  };

  async #read(): Promise<void> {
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    const { alertsApi: api } = this.dashboard;
    await this.#known.about(organisation).load(async (signal) => ({
      silences: await api.silences(organisation, signal),
      muteTimes: await api.muteTimes(organisation, signal),
    }));
  }

  override render() {
    const known = this.#known.value;
    const problem = problemReport(this.#known.error ?? this.#acting.error);
    if (!known) return this.#known.error ? problem : html`<p class="lead loading">Fetching the silences …</p>`;
    const now = this.dashboard.live.serverNow();
    const zone = this.dashboard.timeZone();
    return html`${problem}
      <p class="saved" role="status">${this.#acting.words || this.#adding.words}</p>
      <section class="panel" aria-labelledby="silences-title">
        <h2 id="silences-title">Silences</h2>
        <p class="soft">Messages are kept back until the end; the alert stays on the screens. A silence begins at an alert. Times in ${zoneLabel(now, zone)}.</p>
        ${
          known.silences.length === 0
            ? html`<p>No silence is in force.</p>`
            : html`<table class="table">
                <thead><tr><th scope="col">What</th><th scope="col">Until</th><th scope="col">By</th><th scope="col">Note</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>
                <tbody>
                  ${known.silences.map(
                    ({ id, matchers, endsAt, by, note }) => html`<tr>
                      <th scope="row" data-label="What">${this.#matched(matchers)}</th>
                      <td data-label="Until">${exactMoment(parseInstant(endsAt) ?? now, now, zone)}</td>
                      <td data-label="By">${by}</td>
                      <td data-label="Note">${note || '–'}</td>
                      <td class="row-actions"><button type="button" class="button" aria-label="End now: the silence of ${this.#words(matchers)}" @click=${() => void this.#acting.act('The silence is over', (of) => this.dashboard.alertsApi.endSilence(of, id))}>End now</button></td>
                    </tr>`,
                  )}
                </tbody>
              </table>`
        }
      </section>
      <section class="panel" aria-labelledby="mute-title">
        <h2 id="mute-title">Mute times</h2>
        <p class="soft">Hours of the week in which messages are not wanted, on the organisation’s clock.</p>
        ${
          known.muteTimes.length === 0
            ? html`<p>There is none.</p>`
            : html`<table class="table">
                <thead><tr><th scope="col">Name</th><th scope="col">What</th><th scope="col">When</th><th scope="col">Now</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>
                <tbody>
                  ${known.muteTimes.map(
                    ({ id, name, matchers, times, activeUntil }) => html`<tr>
                      <th scope="row" data-label="Name">${name}</th>
                      <td data-label="What">${this.#matched(matchers)}</td>
                      <td data-label="When">${times.map(spanWords).join('; ')}</td>
                      <td data-label="Now">${activeUntil === null ? 'not muted' : `muted until ${exactMoment(parseInstant(activeUntil) ?? now, now, zone)}`}</td>
                      <td class="row-actions"><button type="button" class="button" aria-label="Delete the mute time ${name}" @click=${() => void this.#removeMuteTime(id, name)}>Delete</button></td>
                    </tr>`,
                  )}
                </tbody>
              </table>`
        }
        <form class="fields" ${refusals(this.#adding.error, { place: placeOf })} @submit=${(event: SubmitEvent) => void this.#addMuteTime(event)}>
          <label class="field"><span>Name</span><input name="name" required maxlength="128" /></label>
          <label class="field"><span>Days</span>
            <select name="days"><option value="">every day</option><option value="mon,tue,wed,thu,fri">Monday to Friday</option><option value="sat,sun">Saturday and Sunday</option></select>
          </label>
          <label class="field"><span>From</span><input name="from" type="time" required value="22:00" /></label>
          <label class="field"><span>To</span><input name="to" type="time" required value="06:00" /></label>
          <label class="field"><span>What</span>
            <select name="severity" aria-describedby="mute-all" @change=${this.#choose}><option value="">every alert</option><option value="info">info only</option><option value="warning">warnings only</option></select>
          </label>
          <p id="mute-all" class="alert-note">${this.muted === '' ? html`${poolShape('contingency')} In these hours nothing is sent about any alert, not even critical ones.` : nothing}</p>
          <p class="form-end"><button class="button button-main" aria-disabled=${this.#adding.loading}>Add the mute time</button></p>
        </form>
      </section>`;
  }

  #words(matchers: AlertMatchers): string {
    return matcherWords(matchers, (id) => this.dashboard.alerts.rule(id)?.name);
  }

  /** What keeps back everything must not look like one that keeps back a little. */
  #matched(matchers: AlertMatchers) {
    const words = this.#words(matchers);
    if (!matchesAll(matchers)) return words;
    return html`<span class="state state-contingency">${poolShape('contingency')} ${words}</span> <span class="soft">nothing is sent about any, not even critical ones</span>`;
  }

  async #addMuteTime(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const text = (name: string) => String(data.get(name) ?? '');
    const days = text('days').split(',').filter(Boolean) as MuteTimeSpan['days'];
    const severity = text('severity') as NonNullable<AlertMatchers['severity']> | '';
    const terms = {
      name: text('name'),
      matchers: severity === '' ? {} : { severity },
      times: [{ days, from: text('from'), to: text('to') }],
    };
    if (await this.#adding.act('The mute time is in force', (of) => this.dashboard.alertsApi.addMuteTime(of, terms))) {
      form.reset();
      this.muted = '';
    }
  }

  async #removeMuteTime(id: string, name: string): Promise<void> {
    if (!asked(`Delete the mute time “${name}”?`)) return;
    await this.#acting.act('The mute time is deleted', (of) => this.dashboard.alertsApi.deleteMuteTime(of, id));
  }
}

/** The form has one stretch of time, and one thing that is meant. */
const placeOf = (path: string): string => path.replace(/^times\.0\.|^matchers\./, '');

const spanWords = ({ days, from, to }: MuteTimeSpan): string =>
  `${daysInWords(days)}, ${from === to ? `24 hours from ${from}` : `${from} to ${to}${to < from ? ' of the next day' : ''}`}`;

customElements.define('hw-alerts-silences', AlertSilencesView);

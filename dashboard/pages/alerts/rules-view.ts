import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import {
  ALERT_METRICS,
  type AlertMetric,
  type AlertOp,
  type AlertRule,
  type AlertRuleView,
  EVERY_TYPE,
  SEVERITIES,
  type Severity,
  type TriedRule,
} from '../../../shared/alerts.ts';
import { formatInstant, parseInstant } from '../../../shared/time.ts';
import { severityMark } from '../../components/alert-mark.ts';
import { asked, durationField, durationIn } from '../../components/form-fields.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import { refusals } from '../../components/refusals.ts';
import { ActController } from '../../controllers/act-controller.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { ResourceController } from '../../controllers/resource-controller.ts';
import { WatchController } from '../../controllers/watch-controller.ts';
import { METRIC_WORDS, type MetricKind, metricValue } from '../../format/alert-metric.ts';
import { SEVERITY_WORDS } from '../../format/alert-order.ts';
import { OP_WORDS, ruleSentence } from '../../format/alert-sentence.ts';
import { idFor } from '../../format/new-id.ts';
import { countOf } from '../../format/number.ts';
import { exactMoment } from '../../format/time.ts';

const TRIED_MS = 30 * 86_400_000;
const NEW_RULE: AlertRule = {
  name: '',
  licenceType: EVERY_TYPE,
  metric: 'utilisation',
  op: '>=',
  threshold: 0.9,
  forSeconds: 60,
  keepFiringForSeconds: 300,
  severity: 'warning',
  annotations: {},
};

/** The rules of the organisation, and the form for one of them. */
export class AlertRulesView extends LightElement {
  static override properties = {
    dashboard: { attribute: false },
    item: { attribute: false },
    fresh: { attribute: false },
    metric: { state: true },
  };
  declare dashboard: Dashboard;
  /** Id of the rule that is looked at; null: the list. */
  declare item: string | null;
  /** A new one is written. */
  declare fresh: boolean;
  /** Chosen in the form and not saved yet. */
  declare metric: AlertMetric | null;

  readonly #acting = new ActController(
    this,
    () => this.dashboard,
    () => this.dashboard.alerts.refresh(),
  );
  readonly #tried = new ResourceController<TriedRule>(this);

  constructor() {
    super();
    this.item = null;
    this.fresh = false;
    this.metric = null;
    new WatchController(this, () => [this.dashboard.alerts]);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('item') && !changed.has('fresh')) return;
    this.metric = null;
    // What was refused of one rule says nothing of another.
    if (this.#acting.error) this.#acting.reset();
    this.#tried.reset();
  }

  override render() {
    const { alerts } = this.dashboard;
    const rules = alerts.rules();
    if (rules === null) return html`<p class="lead loading">Fetching the rules …</p>`;
    if (this.fresh) return this.#form('', NEW_RULE);
    if (this.item === null) return this.#list(rules);
    const rule = alerts.rule(this.item);
    return rule ? this.#form(rule.id, rule) : html`<p class="lead">There is no rule “${this.item}”.</p>`;
  }

  #list(rules: readonly AlertRuleView[]) {
    const { navigation, alerts } = this.dashboard;
    const offered = alerts.offered();
    return html`<p class="form-end">
        <a class="button button-main" href=${navigation.href({ page: 'alerts', view: 'new-rule' })}>New rule</a>
        ${
          offered.length === 0
            ? nothing
            : html`<button class="button" aria-disabled=${this.#acting.loading} @click=${() => void this.#takeOver()}>
                Take over ${countOf(offered.length, 'usual rule')}
              </button>`
        }
      </p>
      ${problemReport(this.#acting.error)}
      <p class="saved" role="status">${this.#acting.words}</p>
      ${
        rules.length === 0
          ? html`<p class="lead">No rule is in force: nothing would warn you.</p>`
          : html`<table class="table">
              <thead><tr><th scope="col">Rule</th><th scope="col">How bad</th><th scope="col">What it does</th></tr></thead>
              <tbody>
                ${rules.map(
                  (rule) => html`<tr>
                    <th scope="row" data-label="Rule"><a href=${navigation.href({ page: 'alerts', view: 'rules', id: rule.id })}>${rule.name}</a></th>
                    <td data-label="How bad">${severityMark(rule.severity)}</td>
                    <td data-label="What it does">${ruleSentence(rule)}.</td>
                  </tr>`,
                )}
              </tbody>
            </table>`
      }`;
  }

  #form(id: string, rule: AlertRule) {
    const error = this.#acting.error ?? this.#tried.error;
    const metric = this.metric ?? rule.metric;
    const { kind, ops: usual } = METRIC_WORDS[metric];
    // A number of one kind means nothing in another.
    const asBefore = kind === METRIC_WORDS[rule.metric].kind;
    const ops = metric === rule.metric && !usual.includes(rule.op) ? [...usual, rule.op] : usual;
    const types = this.dashboard.directory.catalogue().licenceTypes.map(({ name }) => name);
    return keyed(
      id,
      html`<form class="panel" ${refusals(error)} @submit=${(event: SubmitEvent) => void this.#submit(event, id, rule)}>
        <h2>${id === '' ? 'New rule' : rule.name}</h2>
        ${id === '' ? nothing : html`<p class="soft">${ruleSentence(rule)}.</p>`}
        <div class="fields">
          <label class="field"><span>Name</span><input name="name" required maxlength="128" .value=${rule.name} /></label>
          <label class="field"><span>Licence type</span><input name="licenceType" list="rule-types" required .value=${rule.licenceType} /><small>* is each type on its own</small></label>
          <datalist id="rule-types"><option value=${EVERY_TYPE}></option>${types.map((type) => html`<option value=${type}></option>`)}</datalist>
          ${select('metric', 'What is watched', ALERT_METRICS, metric, (one) => METRIC_WORDS[one].name, this.#choose)}
          ${select('op', 'Fires at', ops, rule.op, (op) => OP_WORDS[op])}
          ${limit('threshold', 'Threshold', kind, asBefore ? rule.threshold : undefined, '')}
          ${limit('clearThreshold', 'Ends beyond (optional)', kind, asBefore ? rule.clearThreshold : undefined, 'A little apart from the threshold, so that it does not flap')}
          ${durationField('forSeconds', 'Must hold for', rule.forSeconds, '0: fires at once')}
          ${durationField('keepFiringForSeconds', 'Goes on firing for', rule.keepFiringForSeconds, 'after the value went back')}
          ${select('severity', 'How bad', SEVERITIES, rule.severity, (severity) => SEVERITY_WORDS[severity])}
        </div>
        <p class="form-end">
          <button class="button button-main" name="do" value="save" aria-disabled=${this.#acting.loading}>Save the rule</button>
          <button class="button" name="do" value="try" aria-disabled=${this.#tried.loading}>Try it on the last 30 days</button>
          ${id === '' ? nothing : html`<button class="button" type="button" @click=${() => void this.#remove(id, rule.name)}>Delete the rule</button>`}
          <span class="saved" role="status">${this.#acting.words}</span>
        </p>
        ${this.#tried.loading ? html`<p class="loading" role="status">Trying it on what happened …</p>` : this.#triedTable(metric)}
      </form>`,
    );
  }

  readonly #choose = (event: Event) => {
    this.metric = (event.currentTarget as HTMLSelectElement).value as AlertMetric;
    this.#tried.reset();
  };

  #triedTable(metric: AlertMetric): TemplateResult | typeof nothing {
    const tried = this.#tried.value;
    if (!tried || this.#tried.error) return nothing;
    const zone = this.dashboard.timeZone();
    const now = this.dashboard.live.serverNow();
    const moment = (text: string | null) => (text === null ? 'still firing' : exactMoment(parseInstant(text) ?? now, now, zone));
    return html`<section aria-label="On the past">
      <h3 role="status">It would have fired ${countOf(tried.count, 'time')} in the last 30 days</h3>
      ${tried.complete ? nothing : html`<p class="soft">Highwater was not recording all of that time.</p>`}
      ${tried.provisional ? html`<p class="soft">Something late is still being worked in: this may change.</p>` : nothing}
      ${
        tried.firings.length === 0
          ? nothing
          : html`<table class="table">
              <thead><tr><th scope="col">Licence type</th><th scope="col">From</th><th scope="col">To</th><th scope="col" class="number">Worst</th></tr></thead>
              <tbody>
                ${tried.firings
                  .slice(0, 100)
                  .map(
                    ({ licenceType, firedAt, endsAt, extreme }) =>
                      html`<tr><th scope="row" data-label="Licence type">${licenceType}</th><td data-label="From">${moment(firedAt)}</td><td data-label="To">${moment(endsAt)}</td><td class="number" data-label="Worst">${metricValue(metric, extreme)}</td></tr>`,
                  )}
              </tbody>
            </table>`
      }
    </section>`;
  }

  async #submit(event: SubmitEvent, id: string, known: AlertRule): Promise<void> {
    event.preventDefault();
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const rule = ruleIn(data, known.annotations);
    const { alertsApi, navigation, live } = this.dashboard;
    if ((event.submitter as HTMLButtonElement | null)?.value === 'try') {
      this.#acting.reset();
      const to = live.serverNow();
      await this.#tried.load((signal) => alertsApi.tryRule(organisation, rule, formatInstant(to - TRIED_MS), formatInstant(to), signal));
      return;
    }
    let name = id;
    const saved = await this.#acting.act('Saved', async () => {
      // A new rule never takes the place of one that is there.
      if (id === '')
        name = idFor(
          rule.name,
          (await alertsApi.rules(organisation)).items.map((one) => one.id),
        );
      await alertsApi.putRule(organisation, name, rule);
    });
    if (!saved) return;
    if (id === '') navigation.go(navigation.href({ page: 'alerts', view: 'rules', id: name }));
  }

  async #remove(id: string, name: string): Promise<void> {
    if (this.dashboard.chosen() === null || !asked(`Delete the rule “${name}”? What fires by it is over then.`)) return;
    const { alertsApi, navigation } = this.dashboard;
    const gone = await this.#acting.act(`“${name}” is deleted`, (of) => alertsApi.deleteRule(of, id));
    if (!gone) return;
    navigation.go(navigation.href({ page: 'alerts', view: 'rules' }));
  }

  async #takeOver(): Promise<void> {
    await this.#acting.act('The usual rules are in force', (of) => this.dashboard.alertsApi.takeOverDefaults(of));
  }
}

function select<T extends string>(
  name: string,
  label: string,
  values: readonly T[],
  chosen: T,
  words: (value: T) => string,
  choose: (event: Event) => void = () => {},
) {
  return html`<label class="field"><span>${label}</span>
    <select name=${name} @change=${choose}>${values.map((value) => html`<option value=${value} .selected=${value === chosen}>${words(value)}</option>`)}</select>
  </label>`;
}

/** A limit as people think of it: a share in per cent, an age as a length of time. */
function limit(name: string, label: string, kind: MetricKind, value: number | undefined, hint: string) {
  if (kind === 'age') return durationField(name, label, value, hint);
  const shown = value === undefined ? '' : String(kind === 'share' ? Math.round(value * 100_000) / 1_000 : value);
  return html`<label class="field"><span>${label}${kind === 'share' ? ', %' : ''}</span><input name=${name} type="number" step="any" ?required=${name === 'threshold'} .value=${shown} /><small>${hint}</small></label>`;
}

function limitIn(data: FormData, name: string, kind: MetricKind): number | undefined {
  if (kind === 'age') return durationIn(data, name);
  const text = String(data.get(name) ?? '').trim();
  if (text === '') return undefined;
  return kind === 'share' ? Math.round(Number(text) * 1_000) / 100_000 : Number(text);
}

function ruleIn(data: FormData, annotations: Record<string, string>): AlertRule {
  const text = (name: string) => String(data.get(name) ?? '');
  const metric = text('metric') as AlertMetric;
  const { kind } = METRIC_WORDS[metric];
  const clearThreshold = limitIn(data, 'clearThreshold', kind);
  return {
    name: text('name'),
    licenceType: text('licenceType'),
    metric,
    op: text('op') as AlertOp,
    threshold: limitIn(data, 'threshold', kind) ?? 0,
    ...(clearThreshold !== undefined && { clearThreshold }),
    forSeconds: durationIn(data, 'forSeconds') ?? 0,
    keepFiringForSeconds: durationIn(data, 'keepFiringForSeconds') ?? 0,
    severity: text('severity') as Severity,
    annotations,
  };
}

customElements.define('hw-alerts-rules', AlertRulesView);

/** Reads of committed state. The live numbers are kept as they were at the last commit; everything else is read from the store. */
import type { Catalogue } from '../../shared/catalogue.ts';
import type { Assignment, OrganisationView, UserView } from '../../shared/organisation.ts';
import { formatInstant, formatInstantOrNull, type Instant, millisOf } from '../../shared/time.ts';
import type { LicenceRow, Page } from '../../shared/views.ts';
import { BillCache } from '../billing/bill-cache.ts';
import type { ClosingTimes } from '../billing/closing-times.ts';
import { WhatIfCache } from '../billing/what-if-cache.ts';
import type { Books } from '../books/batch.ts';
import { DEFAULT_SETTINGS, type Organisation, type Settings } from '../books/organisation.ts';
import { withRaises } from '../books/raises.ts';
import { closingOf } from '../books/statements.ts';
import { type LicenceFigures, licenceFigures, licenceRow } from '../books/views.ts';
import type { Downtime } from '../licensing/sessions.ts';
import { lastReceived, type Version } from '../licensing/versions.ts';
import type { Committed, PageQuery } from '../pipeline-types.ts';
import { AFTER_NAMES, type Store, type Write } from '../store/store.ts';
import { readAnomalies } from './anomalies.ts';
import { readChain } from './chain.ts';
import { readChanges } from './changes.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { ForecastCache } from './forecast-cache.ts';
import type { ReadWatches } from './read-watch.ts';
import { RecentLevels } from './recent.ts';
import { recomputingFrom } from './recomputing.ts';
import { readRecords, wholePage } from './records.ts';
import { createReports } from './reports.ts';
import { readHolders, readSessions } from './sessions.ts';
import { listStatements, readStatement } from './statements.ts';
import { readSteps } from './steps.ts';
import type { Turns } from './turns.ts';
import { readFigures } from './vendor-figures.ts';
import { inPieces, runInPieces } from './work.ts';

/** A licence type as of the last commit that changed it, with its row once somebody has asked for it. */
class ShownType {
  readonly #licenceType: string;
  readonly #figures: LicenceFigures;
  #row: LicenceRow | null = null;

  constructor(licenceType: string, figures: LicenceFigures) {
    this.#licenceType = licenceType;
    this.#figures = figures;
  }

  get row(): LicenceRow {
    this.#row ??= licenceRow(this.#licenceType, this.#figures);
    return this.#row;
  }
}

/** What is shown of an organisation, as of the last commit that changed it. */
interface Shown {
  settings: Settings;
  users: number;
  sessions: number;
  anomalies: number;
  lastEventAt: Instant | null;
  types: Map<string, ShownType>;
  /** Rows of all types in the order of the catalogue; made when first asked for. */
  sorted: LicenceRow[] | null;
}

export interface CommittedOptions {
  store: Store;
  epoch: string;
  catalogue: Catalogue;
  closing: ClosingTimes;
  /** Of all that is read here. */
  watches: ReadWatches;
  /** Long reads take them. */
  turns: Turns;
  now: () => Instant;
}

export interface PublishedCommitted extends Committed {
  /** Shows everything anew, as at start. */
  replace(books: Books): void;
  /** A row as last shown. */
  row(organisation: string, licenceType: string): LicenceRow | undefined;
  /** Shows what a commit changed. */
  publish(books: Books, changed: ReadonlyMap<string, ReadonlySet<string>>, now: Instant, writes: readonly Write[]): void;
}

export function createCommitted({ store, epoch, catalogue, closing, watches, turns, now }: CommittedOptions): PublishedCommitted {
  const levels = withRaises(store);
  const order = new Map(catalogue.licenceTypes.map((type, index) => [type.name, index]));
  const shown = new Map<string, Shown>();
  const bills = new BillCache();
  const whatIfs = new WhatIfCache();
  const forecasts = new ForecastCache();
  const recent = new RecentLevels();
  let seq = 0;
  let downtimes: readonly Downtime[] = [];

  const show = (organisation: Organisation, types: Iterable<string>, at: Instant): void => {
    const known = shown.get(organisation.id)?.types ?? new Map<string, ShownType>();
    for (const type of types) {
      const state = organisation.types.get(type);
      if (!state) continue;
      known.set(type, new ShownType(type, licenceFigures(organisation, type, state, at)));
      recent.note(organisation.id, type, state.usage, at);
    }
    shown.set(organisation.id, {
      settings: lastReceived(organisation.versions) ?? { ...DEFAULT_SETTINGS, name: organisation.id },
      users: organisation.users.size,
      sessions: organisation.sessions,
      anomalies: organisation.anomalies,
      lastEventAt: organisation.lastEventAt,
      types: known,
      sorted: null,
    });
  };

  const rank = (row: LicenceRow): number => order.get(row.licenceType) ?? order.size;
  const sortedRows = (view: Shown): LicenceRow[] => {
    view.sorted ??= [...view.types.values()]
      .map(({ row }) => row)
      .sort((a, b) => rank(a) - rank(b) || (a.licenceType < b.licenceType ? -1 : 1));
    return view.sorted;
  };

  const organisationView = (organisation: string, { settings }: Shown): OrganisationView => ({
    organisation,
    ...settings,
    entitlements: Object.fromEntries(settings.entitlements),
  });

  const silent = ({ settings, lastEventAt }: Shown, at: Instant): boolean =>
    settings.feedSilentAfterSeconds !== undefined && lastEventAt !== null && at - lastEventAt > millisOf(settings.feedSilentAfterSeconds);

  return {
    epoch,
    seq: () => seq,
    replace(books) {
      seq = books.seq;
      downtimes = books.downtimes;
      shown.clear();
      recent.clear();
      for (const organisation of books.organisations.values()) show(organisation, organisation.types.keys(), now());
    },
    publish(books, changed, at, writes) {
      watches.note(writes);
      bills.note(writes);
      whatIfs.note(writes);
      forecasts.note(writes);
      seq = books.seq;
      downtimes = books.downtimes;
      for (const [id, types] of changed) show(books.organisations.get(id) as Organisation, types, at);
    },
    row: (id, licenceType) => shown.get(id)?.types.get(licenceType)?.row,
    organisations: () =>
      [...shown].map(([id, view]) => organisationView(id, view)).sort((a, b) => (a.organisation < b.organisation ? -1 : 1)),
    organisation: (id) => (shown.has(id) ? organisationView(id, shown.get(id) as Shown) : undefined),
    usage(id) {
      const view = shown.get(id);
      if (!view) return undefined;
      const { users, sessions, anomalies } = view;
      const at = now();
      const completeness = silent(view, at) ? 'stale' : 'live';
      return {
        organisation: id,
        epoch,
        seq,
        asOf: formatInstant(at),
        completeness,
        lastEventAt: formatInstantOrNull(view.lastEventAt),
        users,
        sessions,
        anomalies,
        recomputingFrom: formatInstantOrNull(recomputingFrom(store, id)),
        licences: sortedRows(view),
      };
    },
    users: (id, query) => readUsers(store, id, query),
    user(id, user) {
      const assignment = lastReceived(store.get<Version<Assignment | null>[]>('users', [id, user]) ?? []);
      return assignment ? { user, ...assignment } : undefined;
    },
    sessions(id, query) {
      const view = shown.get(id);
      if (!view) return undefined;
      const { staleAfterSeconds } = view.settings;
      const staleBefore = staleAfterSeconds === undefined ? null : now() - millisOf(staleAfterSeconds);
      return runInPieces(readSessions(store, id, query, staleBefore), turns);
    },
    holders: (id, licenceType) => (shown.has(id) ? inPieces(readHolders(store, id, licenceType, downtimes, now()), turns) : undefined),
    records(id, query) {
      const pieces = shown.has(id) ? readRecords(levels, id, query, (type) => order.has(type)) : undefined;
      return pieces && wholePage(pieces);
    },
    recordPieces: (id, query) =>
      shown.has(id)
        ? inPieces(
            readRecords(levels, id, query, (type) => order.has(type)),
            turns,
          )
        : undefined,
    anomalies: (id, query) => (shown.has(id) ? runInPieces(readAnomalies(store, id, query), turns) : undefined),
    chain: (id, seq) => readChain(store, epoch, id, seq),
    changes: (id, query) => (shown.has(id) ? runInPieces(readChanges(store, id, query), turns) : undefined),
    steps: (id, from, to, points) => (shown.has(id) ? runInPieces(readSteps(levels, id, from, to, points), turns) : undefined),
    recomputing: (id) => recomputingFrom(store, id),
    lastEventAt: (id) => shown.get(id)?.lastEventAt ?? null,
    vendorFigures: (id, query) => (shown.has(id) ? readFigures(store, id, query) : undefined),
    closing: (id) => (shown.has(id) ? closingOf(store, id) : undefined),
    statements: (id, period) => (shown.has(id) ? listStatements(store, id, period) : undefined),
    statement: (id, period, number) => readStatement(store, id, period, number),
    reports(id) {
      const view = shown.get(id);
      if (!view) return undefined;
      const rows = sortedRows(view);
      const types = rows.map((row) => row.licenceType);
      const recentOf = (type: string) => recent.of(id, type, view.types.get(type)?.row.inUse ?? 0, now());
      return createReports({
        disk: levels,
        organisation: id,
        types,
        downtimes,
        catalogue,
        watches,
        turns,
        bills,
        whatIfs,
        closing,
        forecasts,
        rows,
        recent: recentOf,
        now,
      });
    },
  };
}

function readUsers(store: Store, organisation: string, { limit, cursor }: PageQuery): Page<UserView> {
  const start = cursor === undefined ? [organisation] : [organisation, ...decodeCursor(cursor, ['string']), 0];
  const items: UserView[] = [];
  for (const { key, value } of store.range<Version<Assignment | null>[]>('users', { start, end: [organisation, AFTER_NAMES] })) {
    const assignment = lastReceived(value);
    if (!assignment) continue;
    if (items.length === limit) return { items, nextCursor: encodeCursor([(items.at(-1) as UserView).user]) };
    items.push({ user: key[1] as string, ...assignment });
  }
  return { items, nextCursor: null };
}

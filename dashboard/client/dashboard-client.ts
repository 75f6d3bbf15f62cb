import type { OrganisationView } from '../../shared/organisation.ts';
import { type AlertBook, createAlertBook } from './alert-book.ts';
import { type AlertsApi, createAlertsApi } from './alerts-api.ts';
import { type Api, createApi } from './api.ts';
import { connectBrowserSocket } from './browser-socket.ts';
import { createBuildGuard } from './build-guard.ts';
import { browserClock } from './clock.ts';
import { type Credentials, createCredentials, tokenInAddress, withToken } from './credentials.ts';
import { createDirectory, type Directory } from './directory.ts';
import { createHttp } from './http.ts';
import { createLevelHistory, type LevelHistory } from './level-history.ts';
import { createLiveClient, type LiveClient } from './live-client.ts';
import { createNavigation, type Navigation } from './navigation.ts';
import { createReportsApi, type ReportsApi } from './reports-api.ts';
import { createUpgrade, type Upgrade } from './upgrade.ts';

/** All that a page of the dashboard stands on. */
export interface DashboardClient {
  readonly api: Api;
  readonly reports: ReportsApi;
  readonly alertsApi: AlertsApi;
  readonly live: LiveClient;
  readonly levels: LevelHistory;
  /** The live alerts and the rules that they are of. */
  readonly alerts: AlertBook;
  readonly directory: Directory;
  readonly navigation: Navigation;
  /** The token that this browser holds, where the daemon asks for one. */
  readonly credentials: Credentials;
  readonly upgrade: Upgrade;
  /** Id of the organisation that is shown: the one in the address, else the first. `null`: there is none. */
  chosen(): string | null;
  /** Its settings, once they are known. */
  organisation(): OrganisationView | null;
  timeZone(): string;
  /** Holds a token and goes on with it. @throws ProblemError when the daemon does not take it */
  signIn(token: string, keep: boolean): Promise<void>;
  stop(): void;
}

/** Wires the client to a browser window and starts it. */
export function startDashboardClient(window: Window & typeof globalThis): DashboardClient {
  const { location } = window;
  const ask: typeof fetch = (input, init) => window.fetch(input, init);
  const credentials = createCredentials(
    () => window.sessionStorage,
    () => window.localStorage,
  );
  const brought = location.pathname.startsWith('/wall/') ? tokenInAddress(location.hash) : null;
  if (brought !== null) {
    credentials.hold(brought, true);
    window.history.replaceState(null, '', location.pathname + location.search);
  }
  const http = createHttp(withToken(ask, credentials));
  const api = createApi(http);
  const alertsApi = createAlertsApi(http);
  const navigation = createNavigation(window);
  const upgrade = createUpgrade(window.document, navigation, () => location.reload());
  const live = createLiveClient({
    connect: (listeners) => connectBrowserSocket(location.origin, credentials.token(), listeners),
    clock: browserClock,
    random: Math.random,
    onBuild: createBuildGuard(() => window.sessionStorage, upgrade.wanted),
  });
  const alerts = createAlertBook(alertsApi, live, browserClock);
  const levels = createLevelHistory(api, live, browserClock);
  const directory = createDirectory(api, browserClock);

  // An address may end in `?organisation=`.
  const chosen = () => navigation.query('organisation') || (directory.organisations()?.[0]?.organisation ?? null);
  const organisation = () => directory.organisations()?.find((one) => one.organisation === chosen()) ?? null;
  const follow = () => live.choose(chosen());
  const unwatch = [directory.watch(follow), navigation.watch(follow)];

  // A connection that comes back may be to a daemon that has learned of organisations since.
  let before = live.connection();
  unwatch.push(
    live.watch(() => {
      const now = live.connection();
      if (now !== before && now === 'subscribing') void directory.refresh();
      before = now;
    }),
  );
  const wake = () => {
    if (window.document.visibilityState === 'visible') live.wake();
  };
  window.document.addEventListener('visibilitychange', wake);
  window.addEventListener('online', wake);

  follow();
  live.start();
  directory.start();

  return {
    api,
    reports: createReportsApi(http),
    alertsApi,
    live,
    alerts,
    levels,
    directory,
    navigation,
    credentials,
    upgrade,
    chosen,
    organisation,
    timeZone: () => organisation()?.timeZone ?? 'UTC',
    async signIn(token, keep) {
      const trial = createHttp(withToken(ask, { token: () => token, heard: () => {} }));
      await trial.get('/api/v1/organisations');
      credentials.hold(token, keep);
      live.wake();
      await Promise.all([directory.refresh(), alerts.refresh()]);
    },
    stop() {
      window.document.removeEventListener('visibilitychange', wake);
      window.removeEventListener('online', wake);
      for (const end of unwatch) end();
      directory.stop();
      alerts.stop();
      levels.stop();
      live.stop();
      navigation.stop();
    },
  };
}

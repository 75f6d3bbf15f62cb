/** What elements are handed by the page, as a type: only controllers know the client behind it. */
export type { DashboardClient as Dashboard } from '../client/dashboard-client.ts';

/** What one entry does to the open sessions of its user. Live events and the recomputation of late ones go through here alike. */
import type { Assignment } from '../../shared/organisation.ts';
import { millisOf } from '../../shared/time.ts';
import {
  addHolding,
  type Devices,
  hear,
  logIn,
  logOut,
  type Outcome,
  oldestDevice,
  release,
  releasedBySystem,
  releaseHolding,
} from '../licensing/sessions.ts';
import { inForce, type Version } from '../licensing/versions.ts';
import type { Batch } from './batch.ts';
import type { Entry, EntryRecord, Position } from './entry.ts';
import { type Organisation, settingsAt } from './organisation.ts';

/** What an entry needs to say for its effect to be known. */
export type Input = Pick<Entry, 'kind' | 'user' | 'device' | 'source' | 'licences' | 'leaseMs' | 'named'>;

/** Changes `devices`. `acquires`: what a login acquires. */
export function applyEntry(
  organisation: Organisation,
  devices: Devices,
  position: Position,
  input: Input,
  acquires: readonly string[],
): Outcome {
  const { device, source } = input;
  switch (input.kind) {
    case 'login': {
      const leaseMs = input.leaseMs ?? defaultLease(organisation, position.at);
      return logIn(devices, { session: position.receipt, device, source, at: position.at, leaseMs, acquires });
    }
    case 'heartbeat':
      return hear(devices, device, position.at, input.leaseMs ?? undefined);
    case 'logout':
      return logOut(devices, device);
    case 'refresh':
      return { reason: null, movements: [] };
    case 'import-acquired':
    case 'import-released':
    case 'import-logged-off':
    case 'import-refreshed':
      return applyImported(devices, position, input);
    default:
      return { reason: null, movements: release(devices, device) };
  }
}

function applyImported(devices: Devices, position: Position, { kind, device, source, licences, named }: Input): Outcome {
  const [type = ''] = licences ?? [];
  if (kind === 'import-acquired') return addHolding(devices, { session: position.receipt, device, source, at: position.at, type });
  if (kind === 'import-released') return releaseHolding(devices, device, type);
  if (kind === 'import-logged-off') return releaseHolding(devices, releasedBySystem(devices, type, named) ?? device, type);
  // Who is where after a refresh is worked out by the timers; whoever holds nothing was not placed anew.
  return { reason: oldestDevice(devices, type) === undefined ? 'no_open_session' : null, movements: [] };
}

/** The entry as it came out. A release by the system is told of the device that it was found on. */
export function settled<E extends Entry>(entry: E, { reason, movements }: Outcome, records: EntryRecord[]): E {
  const device = entry.kind === 'import-logged-off' ? (movements[0]?.device ?? entry.device) : entry.device;
  return { ...entry, device, reason, records };
}

/** The licences that a login acquires: those that it names, else by the assignment at its instant. Of an imported record its one. */
export function acquiresOf(batch: Batch, organisation: Organisation, position: Position, input: Input): readonly string[] {
  if (input.kind === 'import-acquired' || input.kind === 'import-released' || input.kind === 'import-logged-off')
    return input.licences ?? [];
  if (input.kind !== 'login') return [];
  return input.licences ?? batch.books.grants.acquiredBy(assignmentAt(batch, organisation, input.user, position.at), input.source);
}

function defaultLease(organisation: Organisation, at: number): number | null {
  const { defaultLeaseSeconds } = settingsAt(organisation, at);
  return defaultLeaseSeconds === undefined ? null : millisOf(defaultLeaseSeconds);
}

function assignmentAt(batch: Batch, organisation: Organisation, user: string, at: number): Assignment | undefined {
  const versions = batch.draft.get<Version<Assignment | null>[]>('users', [organisation.id, user]);
  return (versions && inForce(versions, at)) ?? undefined;
}

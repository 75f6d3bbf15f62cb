/** What one entry does to the open sessions of its user. Live events and the recomputation of late ones go through here alike. */
import type { Assignment } from '../../shared/organisation.ts';
import { type Devices, hear, logIn, logOut, type Outcome, release } from '../licensing/sessions.ts';
import { inForce, type Version } from '../licensing/versions.ts';
import type { Batch } from './batch.ts';
import type { Entry, Position } from './entry.ts';
import { type Organisation, settingsAt } from './organisation.ts';

/** What an entry needs to say for its effect to be known. */
export type Input = Pick<Entry, 'kind' | 'user' | 'device' | 'source' | 'licences' | 'leaseMs'>;

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
    default:
      return { reason: null, movements: release(devices, device) };
  }
}

/** The licences that a login acquires: those that it names, else by the assignment at its instant. */
export function acquiresOf(batch: Batch, organisation: Organisation, position: Position, input: Input): readonly string[] {
  if (input.kind !== 'login') return [];
  return input.licences ?? batch.books.grants.acquiredBy(assignmentAt(batch, organisation, input.user, position.at), input.source);
}

function defaultLease(organisation: Organisation, at: number): number | null {
  const { defaultLeaseSeconds } = settingsAt(organisation, at);
  return defaultLeaseSeconds === undefined ? null : defaultLeaseSeconds * 1000;
}

function assignmentAt(batch: Batch, organisation: Organisation, user: string, at: number): Assignment | undefined {
  const versions = batch.draft.get<Version<Assignment | null>[]>('users', [organisation.id, user]);
  return (versions && inForce(versions, at)) ?? undefined;
}

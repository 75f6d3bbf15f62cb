import { html, type TemplateResult } from 'lit';
import type { Pool } from '../../shared/events.ts';
import type { PoolState } from '../format/pool-state.ts';
import { poolShape } from './shapes.ts';

const STATES: Record<Pool, { state: PoolState; words: string }> = {
  concurrent: { state: 'room', words: 'Concurrent' },
  contingency: { state: 'contingency', words: 'Contingency' },
  'over-limit': { state: 'over', words: 'Over limit' },
};

/** The pool that a holding was placed in: shape, colour and word. */
export function poolWord(pool: Pool): TemplateResult {
  const { state, words } = STATES[pool];
  return html`<span class="state state-${state}">${poolShape(state)} ${words}</span>`;
}

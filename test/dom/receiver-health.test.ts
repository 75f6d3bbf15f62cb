import { describe, expect, it } from 'vitest';
import { addressWords, receiverHealth } from '../../dashboard/format/receiver-health.ts';
import type { WebhookView } from '../../shared/alerts.ts';

const receiver = (more: Partial<WebhookView>): WebhookView => ({
  id: 'ops',
  url: 'https://ops.example/hook',
  format: 'standard',
  events: [],
  enabled: true,
  pending: 0,
  failed: 0,
  lastDeliveredAt: '2026-11-24T12:00:00.000Z',
  lastError: null,
  behindSeconds: 0,
  ...more,
});

describe('how it goes with a receiver', () => {
  it.each<[Partial<WebhookView>, string, string]>([
    [{}, 'room', 'Delivers'],
    [{ lastDeliveredAt: null }, 'unlimited', 'Nothing sent yet'],
    [{ pending: 2, behindSeconds: 3 }, 'room', 'Delivers'],
    [{ pending: 2, behindSeconds: 90 }, 'contingency', '2 messages waiting for 1 min 30 s'],
    [{ failed: 1 }, 'contingency', '1 message given up'],
    [{ lastError: 'answered 500' }, 'over', 'The last attempt failed'],
    [
      { lastError: 'answered 500', pending: 1, behindSeconds: 60, failed: 3 },
      'over',
      'Failing: 1 message waiting for 1 min, 3 messages given up',
    ],
    [{ enabled: false, lastError: 'answered 410', disabledReason: 'it answered 410' }, 'unlimited', 'Off: it answered 410'],
  ])('UI-76: %o', (more, state, words) => {
    expect(receiverHealth(receiver(more))).toEqual({ state, words });
  });

  it('UI-76: addresses of e-mail are listed', () => {
    expect(addressWords({ url: 'mailto:a@example.com,b@example.com' })).toBe('a@example.com, b@example.com');
    expect(addressWords({ url: 'https://ops.example/hook' })).toBe('https://ops.example/hook');
  });
});

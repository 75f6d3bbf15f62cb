import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { previewOf } from '../../server/webhooks/preview.ts';
import { WEBHOOK_FORMATS, type WebhookFormat } from '../../shared/alerts.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const text = readFileSync(join(process.cwd(), 'docs', 'webhooks.md'), 'utf8');

/** The code blocks below the heading of a format. */
function blocksOf(format: WebhookFormat): string[] {
  const section = text.split(/^### /m).find((part) => part.startsWith(`\`${format}\``)) ?? '';
  return [...section.matchAll(/```\w*\n([\s\S]*?)```/g)].map(([, block = '']) => block);
}
const preview = (format: WebhookFormat, template?: { contentType: string; body: string }) =>
  previewOf({ format, type: 'alert.firing', organisation: '129', ...(template && { template }) }, NOW, 'https://highwater.example');

it.each(WEBHOOK_FORMATS)('FORMAT-11 docs/webhooks.md shows what format %s really sends', (format) => {
  const blocks = blocksOf(format);
  if (format === 'template') {
    const [given = '', made = ''] = blocks;
    const { template } = JSON.parse(given) as { template: { contentType: string; body: string } };
    expect(JSON.parse(made)).toEqual(JSON.parse(preview(format, template).body));
  } else if (format === 'email') {
    const { subject, body } = preview(format);
    expect(blocks[0]).toBe(`Subject: ${subject}\n\n${body}`);
  } else expect(JSON.parse(blocks[0] ?? 'null')).toEqual(JSON.parse(preview(format).body));
});

import { createHash } from 'node:crypto';
import { addressesOf } from '../../../shared/mail-address.ts';
import type { Instant } from '../../../shared/time.ts';
import type { Delivery, Webhook } from '../outbox.ts';
import { cut } from './cut.ts';
import { wordsOf } from './words.ts';

/** A message as a mail server gets it; its sender and the domain of its ids are the configuration's. */
export interface Mail {
  kind: 'mail';
  /** The receiver's, with all addresses. */
  url: string;
  to: string[];
  subject: string;
  headers: Record<string, string>;
  /** In plain text. */
  body: string;
  html: string;
  /** Left of the `@` of its `Message-ID`: the same over all attempts. */
  id: string;
  /** Left of the `@` of what it answers to: the same for all messages about one thing, so that they are shown as one thread. */
  thread: string;
  at: Instant;
}

const SUBJECT = 200;
const VALUE = 4_000;
/** What could end a header or a line, in any alphabet. */
const LINE_ENDS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

const COLOURS = { good: '#1a7f37', info: '#0969da', warning: '#9a6700', critical: '#cf222e' };

export function mailOf(delivery: Delivery, webhook: Webhook, now: Instant, home: string): Mail {
  const { word, subject, summary, facts, mood } = wordsOf(delivery);
  const { id, organisation, about, data, type } = delivery;
  const heading = `[${word.toUpperCase()}] ${subject} (${organisation})`;
  const shownSubject = cut(heading.replaceAll(LINE_ENDS, ' '), SUBJECT);
  const shownFacts = facts.map(([name, value]) => [cut(name, VALUE), cut(value, VALUE)] as const);
  const link = home === '' ? '' : `${home}/alerts`;
  const course = type.startsWith('alert.') && typeof data['id'] === 'string' ? data['id'] : about;
  return {
    kind: 'mail',
    url: webhook.url,
    to: addressesOf(webhook.url) ?? [],
    subject: shownSubject,
    headers: { subject: shownSubject },
    body: textOf(cut(summary, VALUE), shownFacts, link),
    html: htmlOf(cut(summary, VALUE), shownFacts, link, COLOURS[mood]),
    id: idPart(id),
    thread: `thread.${createHash('sha256')
      .update(JSON.stringify([organisation, course]))
      .digest('hex')
      .slice(0, 32)}`,
    at: now,
  };
}

const idPart = (id: string): string => id.replaceAll(/[^A-Za-z0-9_-]/g, '-');

type Facts = readonly (readonly [name: string, value: string])[];

const textOf = (summary: string, facts: Facts, link: string): string =>
  [summary, '', ...facts.map(([name, value]) => `${name}: ${value}`), ...(link === '' ? [] : ['', link]), ''].join('\n');

function htmlOf(summary: string, facts: Facts, link: string, colour: string): string {
  const rows = facts.map(
    ([name, value]) =>
      `<tr><th style="text-align:left;vertical-align:top;padding:2px 12px 2px 0">${escaped(name)}</th><td style="white-space:pre-wrap">${escaped(value)}</td></tr>`,
  );
  return [
    '<!doctype html><html lang="en"><body style="font-family:sans-serif">',
    `<p style="border-left:6px solid ${colour};padding-left:12px;font-size:1.2em">${escaped(summary)}</p>`,
    `<table style="border-collapse:collapse">${rows.join('')}</table>`,
    ...(link === '' ? [] : [`<p><a href="${escaped(link)}">Open Highwater</a></p>`]),
    '</body></html>',
  ].join('\n');
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] as string);

import { html, type TemplateResult } from 'lit';
import { exactInstant, momentInFull } from '../format/time.ts';

/** An instant of the wire on the organisation's clock. Who points at it is told its date, its milliseconds, the zone and how long ago it was. */
export const shownMoment = (instant: string, now: number, timeZone: string): TemplateResult =>
  html`<time datetime=${instant} title=${momentInFull(instant, now, timeZone)}>${exactInstant(instant, now, timeZone)}</time>`;

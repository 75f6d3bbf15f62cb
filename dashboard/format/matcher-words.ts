import type { AlertMatchers } from '../../shared/alerts.ts';
import { SEVERITY_WORDS } from './alert-order.ts';

/** Nothing is named, so that it concerns everything. */
export const matchesAll = ({ rule, licenceType, severity }: AlertMatchers): boolean =>
  rule === undefined && licenceType === undefined && severity === undefined;

/** Which alerts are meant. @param ruleName what the rule of an id is called */
export function matcherWords(matchers: AlertMatchers, ruleName: (id: string) => string | undefined): string {
  if (matchesAll(matchers)) return 'Every alert';
  const { rule, licenceType, severity } = matchers;
  const bad = severity === undefined ? '' : SEVERITY_WORDS[severity].toLowerCase();
  const of = licenceType === undefined ? '' : licenceType === '*' ? ' of the organisation' : ` of ${licenceType}`;
  if (rule === undefined) return `Every ${bad}${bad ? ' ' : ''}alert${of}`;
  return `“${ruleName(rule) ?? rule}”${of}${bad ? `, ${bad} only` : ''}`;
}

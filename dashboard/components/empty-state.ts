import { html, type TemplateResult } from 'lit';

const command = (text: string) => html`<pre class="command" tabindex="0" aria-label="Command"><code>${text}</code></pre>`;

/** What to do with a daemon that has heard nothing yet. The page turns live by itself with the first event. */
export function emptyState(origin: string, organisation: string | null, settings: string): TemplateResult {
  const id = organisation ?? '129';
  const event = JSON.stringify({
    type: 'login',
    organisation: id,
    user: 'edred',
    logonSource: 'Agent Desktop',
    licences: ['Inbound Agent'],
  });
  return html`<section class="empty" aria-labelledby="empty-title" data-empty>
    <h1 id="empty-title">${organisation === null ? 'Waiting for the first event' : html`Waiting for the first event of organisation ${organisation}`}</h1>
    <p class="lead">
      Highwater is running and has not heard of a login${organisation === null ? '' : ' of it'} yet. This page turns live by itself as soon as the first event arrives.
    </p>
    <ol class="ways">
      <li>
        <h2>Send one login</h2>
        ${command(`curl -X POST ${origin}/api/v1/events \\\n  -H 'content-type: application/json' \\\n  -d '${event}'`)}
      </li>
      <li>
        <h2>Play a contact centre against this daemon</h2>
        ${command(`highwater simulate --url ${origin} --users 400 --rate 5${id === '129' ? '' : ` --organisation ${id}`}`)}
      </li>
      <li>
        <h2>Set up the organisation first</h2>
        <p><a href=${settings}>Settings</a>: its name and time zone, the licences bought, the usual alert rules</p>
      </li>
      <li>
        <h2>Or start the demo, with its own daemon and data</h2>
        ${command('npm run demo')}
      </li>
    </ol>
  </section>`;
}

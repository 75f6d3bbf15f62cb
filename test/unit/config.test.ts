import { describe, expect, it } from 'vitest';
import { ConfigError, type ConfigSources, loadConfig } from '../../server/config.ts';

const load = (sources: ConfigSources = {}) => loadConfig(sources).config;
function problems(sources: ConfigSources): string[] {
  try {
    loadConfig(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  throw new Error('was not refused');
}
const sha = 'a'.repeat(64);

describe('configuration', () => {
  it('CONF-1 has a default for everything', () => {
    const config = load();
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 7420 },
      dataDir: './data',
      publicOrigins: [],
      webhooks: { allowTargets: [], retrySeconds: [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400] },
      retention: {},
      limits: { maxEventsPerRequest: 10_000, maxBodyBytes: 16_777_216 },
      log: { level: 'info' },
    });
    expect(config).not.toHaveProperty('auth');
    expect(config.catalogue.licenceTypes).toHaveLength(16);
  });

  it('CONF-2 flags win over variables, variables over the file', () => {
    const file = 'listen: 127.0.0.1:1\ndataDir: /a\nlog: {level: warn}';
    const env = { HIGHWATER_LISTEN: '127.0.0.1:2', HIGHWATER_DATA_DIR: '/b' };
    expect(load({ file, env, flags: { listen: '[::1]:0' } })).toMatchObject({
      listen: { host: '::1', port: 0 },
      dataDir: '/b',
      log: { level: 'warn' },
    });
  });

  it('CONF-3 every key is a variable, typed as its key is', () => {
    const env = {
      HIGHWATER_PUBLIC_ORIGINS: 'https://a.example, https://b.example:8443',
      HIGHWATER_WEBHOOKS_ALLOW_TARGETS: '["127.0.0.1/32"]',
      HIGHWATER_WEBHOOKS_RETRY_SECONDS: '0.1,2',
      HIGHWATER_LIMITS_MAX_EVENTS_PER_REQUEST: '5',
      HIGHWATER_RETENTION_RECORDS_MONTHS: '13',
      HIGHWATER_STORE_MIN_FREE_BYTES: '0',
      HIGHWATER_STORE_BALLAST_BYTES: '0',
      HIGHWATER_STORE_ON_DAMAGE: 'refuse',
      HIGHWATER_BACKUP_EVERY_SECONDS: '0',
      HIGHWATER_AUTH_TOKENS: `[{name: wall, tokenSha256: ${sha}, role: viewer}]`,
      HIGHWATER_CATALOGUE_LICENCE_TYPES: '[{name: Fax, grantedBy: {serviceFeature: Fax}}]',
    };
    const config = load({ env });
    expect(config).toMatchObject({
      publicOrigins: ['https://a.example', 'https://b.example:8443'],
      webhooks: { allowTargets: ['127.0.0.1/32'], retrySeconds: [0.1, 2] },
      limits: { maxEventsPerRequest: 5 },
      retention: { recordsMonths: 13 },
      store: { minFreeBytes: 0, ballastBytes: 0, onDamage: 'refuse' },
      backup: { everySeconds: 0, keep: 24 },
      auth: { tokens: [{ name: 'wall', tokenSha256: sha, role: 'viewer' }] },
    });
    expect(config.catalogue.licenceTypes.at(-1)).toEqual({ name: 'Fax', grantedBy: { serviceFeature: 'Fax' } });
  });

  it('CONF-3 a whole section is a variable too, and its keys win over it', () => {
    expect(load({ env: { HIGHWATER_AUTH: '{}' } }).auth).toEqual({ tokens: [] });
    const env = { HIGHWATER_LOG_LEVEL: 'warn', HIGHWATER_BACKUP_KEEP: '3', HIGHWATER_BACKUP: '{keep: 2, everySeconds: 9}' };
    expect(load({ env, file: 'backup: {directory: /b}' })).toMatchObject({ log: { level: 'warn' }, backup: { keep: 3, everySeconds: 9 } });
    expect(problems({ env: { HIGHWATER_AUTH: 'yes' } })).toEqual(['auth: must be an object, not a string']);
  });

  it('CONF-4 reads ..._FILE variables, and refuses the pair', () => {
    const readFile = (path: string) => (path === '/run/tokens' ? `- {name: a, tokenSha256: ${sha}, role: admin}\n` : fail(path));
    const env = { HIGHWATER_AUTH_TOKENS_FILE: '/run/tokens' };
    expect(load({ env, readFile }).auth?.tokens[0]?.role).toBe('admin');
    expect(problems({ env: { HIGHWATER_AUTH_TOKENS_FILE: '/gone' }, readFile })).toEqual(['HIGHWATER_AUTH_TOKENS_FILE: no file /gone']);
    expect(problems({ env: { ...env, HIGHWATER_AUTH_TOKENS: '[]' }, readFile })).toContain(
      'HIGHWATER_AUTH_TOKENS_FILE: is set together with HIGHWATER_AUTH_TOKENS; set one of them',
    );
  });

  it('CONF-5 names every mistake at once, with its path', () => {
    const file = `
listen: nowhere
publicOrigins: ["https://a.example/path", "ftp://b"]
webhooks: {allowTargets: [10.0.0.1, 10.0.0.0/33], retrySeconds: []}
limits: {maxBodyBytes: lots, maxEventsPerRequest: 0}
auth: {tokens: [{name: x, tokenSha256: abc, role: boss}]}
`;
    expect(problems({ file }).map((line) => line.slice(0, line.indexOf(': ')))).toEqual([
      'listen',
      'publicOrigins.0',
      'publicOrigins.1',
      'auth.tokens.0.tokenSha256',
      'auth.tokens.0.role',
      'webhooks.allowTargets.0',
      'webhooks.allowTargets.1',
      'webhooks.retrySeconds',
      'limits.maxEventsPerRequest',
      'limits.maxBodyBytes',
    ]);
  });

  it('CONF-6 refuses unknown keys and says what was meant', () => {
    expect(problems({ file: 'datadir: /x\nlimits: {maxEventPerRequest: 3}\nzzz: 1' })).toEqual([
      'limits.maxEventPerRequest: "maxEventPerRequest" is not a known key; did you mean maxEventsPerRequest?',
      'datadir: "datadir" is not a known key; did you mean dataDir?',
      expect.stringContaining('zzz: "zzz" is not a known key; known are listen, dataDir'),
    ]);
    expect(problems({ file: 'catalogue: {licenceTypes: [{name: Fax, grantedBy: {feature: Fax}}]}' })).toEqual([
      'catalogue.licenceTypes.0.grantedBy: must be { userType: NAME } or { serviceFeature: NAME }',
    ]);
  });

  it('CONF-7 refuses a mistyped variable and only warns of a foreign one', () => {
    expect(problems({ env: { HIGHWATER_LISTENN: '127.0.0.1:0' } })).toEqual([
      'HIGHWATER_LISTENN: is not a known setting; did you mean HIGHWATER_LISTEN?',
    ]);
    const { warnings } = loadConfig({ env: { HIGHWATER_SERVICE_PORT_HTTP: '80', HIGHWATER_CONFIG: 'x' } });
    expect(warnings).toEqual(['HIGHWATER_SERVICE_PORT_HTTP is not a known setting and is ignored']);
  });

  it.each([
    '0.0.0.0:7420',
    '[::]:7420',
    '192.168.1.5:0',
    'highwater.example:80',
  ])('CONF-8 refuses to listen on %s without auth', (listen) => {
    expect(problems({ flags: { listen } })[0]).toMatch(/^listen: .* no auth is configured/);
    expect(load({ flags: { listen, dataDir: '/books' }, hasTokens: (dataDir) => dataDir === '/books' }).auth).toEqual({ tokens: [] });
    expect(load({ flags: { listen }, file: `auth: {tokens: [{name: a, tokenSha256: ${sha}, role: admin}]}` }).listen.port).toBeTypeOf(
      'number',
    );
  });

  it.each(['127.0.0.1:0', 'localhost:0', '[::1]:0', '127.3.2.1:65535'])('CONF-9 listens on %s without auth', (listen) => {
    expect(load({ flags: { listen } }).listen.host).not.toBe('');
  });

  it.each(['127.0.0.1', '127.0.0.1:65536', '[::1]', '[zz]:1', ':', ':x', 'a b:1'])('CONF-10 refuses %s as an address', (listen) => {
    expect(problems({ flags: { listen } })).toHaveLength(1);
  });

  it('CONF-10 takes a port alone as one of 127.0.0.1', () => {
    expect(load({ flags: { listen: ':0' } }).listen).toEqual({ host: '127.0.0.1', port: 0 });
  });

  it('CONF-11 tells YAML that is none, and a file that is no mapping', () => {
    expect(problems({ file: 'a: [' })[0]).toMatch(/^the file is not valid YAML/);
    expect(problems({ file: 'listen: 127.0.0.1:0\nlisten: 127.0.0.1:1' })[0]).toMatch(/unique/);
    expect(problems({ file: '- a' })).toEqual(['the file must hold keys and values']);
    expect(load({ file: '# nothing\n' }).dataDir).toBe('./data');
  });
});

describe('the mail server of the configuration', () => {
  const email = (keys: string) => ({ file: `email: {${keys}}` });
  const base = 'host: mail.example, from: highwater@centre.example';

  it('CONF-20 absent there is none; its defaults depend on one another', () => {
    expect(load()).not.toHaveProperty('email');
    expect(load(email(base)).email).toMatchObject({ port: 587, secure: false, requireTls: false, allow: [] });
    expect(load(email(`${base}, secure: true, user: a, password: b`)).email).toMatchObject({ port: 465, requireTls: true });
  });

  it('CONF-21 the password may stand in a file, named by the key or by the variable', () => {
    const readFile = (path: string) => (path === '/run/password' ? 'geheim\n' : fail(path));
    expect(load({ ...email(`${base}, user: a, passwordFile: /run/password`), readFile }).email?.password).toBe('geheim');
    const env = { HIGHWATER_EMAIL_PASSWORD_FILE: '/run/password', HIGHWATER_EMAIL_USER: 'a', HIGHWATER_EMAIL_SECURE: 'true' };
    expect(load({ ...email(base), env, readFile }).email).toMatchObject({ password: 'geheim', secure: true, port: 465 });
    expect(problems({ ...email(`${base}, user: a, passwordFile: /gone`), readFile })).toEqual(['email.passwordFile: no file /gone']);
    expect(problems(email(`${base}, user: a, password: b, passwordFile: /x`))[0]).toContain('email.passwordFile: must not be given');
  });

  it('CONF-22 what does not fit is named', () => {
    const paths = (keys: string) => problems(email(keys)).map((line) => line.slice(0, line.indexOf(': ')));
    expect(paths('secure: perhaps')).toEqual(['email.host', 'email.secure', 'email.from']);
    expect(paths(`${base}, user: a`)).toEqual(['email.password']);
    expect(paths(`${base}, password: a`)).toEqual(['email.user']);
    expect(paths('host: "a b", from: "H <a@b>", allow: ["@", "x"]')).toEqual([
      'email.host',
      'email.from',
      'email.allow.0',
      'email.allow.1',
    ]);
  });
});

function fail(path: string): never {
  throw new Error(`no file ${path}`);
}

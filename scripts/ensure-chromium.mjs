// The browser tests need a Chromium. Use the one named by CHROMIUM or found on the PATH; on Debian, install it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const found = () => candidates.find((path) => path && existsSync(path));

if (!found() && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
  console.error('Chromium is missing: installing it with apt-get install -y chromium');
  spawnSync('apt-get', ['update'], { stdio: ['ignore', 'ignore', 2] });
  spawnSync('apt-get', ['install', '-y', 'chromium'], {
    stdio: ['ignore', 'ignore', 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
if (!found()) {
  console.error(
    'The browser tests need Chromium and none was found.\n' +
      '  Debian, Ubuntu:  sudo apt-get install -y chromium\n' +
      '  elsewhere:       set CHROMIUM to the path of a Chromium or Chrome binary',
  );
  process.exit(1);
}

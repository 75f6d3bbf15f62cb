/** Options that several commands have. Help names the variable that stands for one, and never shows what it holds: it may be a token. */
import { InvalidArgumentError, Option } from 'commander';

export function httpUrl(text: string): string {
  if (!/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''))
    throw new InvalidArgumentError('A URL like http://127.0.0.1:7420 is needed.');
  return text;
}

export const urlOption = (): Option =>
  new Option('--url <url>', 'the daemon').env('HIGHWATER_URL').default('http://127.0.0.1:7420').argParser(httpUrl);

export const tokenOption = (): Option => new Option('--token <token>', 'where the daemon asks for one').env('HIGHWATER_TOKEN');

export const dataDirOption = (): Option =>
  new Option('--data-dir <dir>', 'where the books are kept').env('HIGHWATER_DATA_DIR').default('./data');

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEmitter } from '../../dashboard/client/emitter.ts';
import { ProblemError } from '../../dashboard/client/http.ts';
import { AskController } from '../../dashboard/controllers/ask-controller.ts';
import type { Dashboard } from '../../dashboard/controllers/dashboard.ts';
import { EVERY_TEN_SECONDS, FollowController } from '../../dashboard/controllers/follow-controller.ts';
import { ListController } from '../../dashboard/controllers/list-controller.ts';
import { ResourceController } from '../../dashboard/controllers/resource-controller.ts';
import type { Page } from '../../shared/views.ts';

/** As much of a page and its element as controllers look at. */
function page() {
  const live = createEmitter();
  const quiet = createEmitter();
  const controllers: ReactiveController[] = [];
  const own = { connection: 'live', organisation: '129' };
  const dashboard = {
    live: { watch: live.watch, connection: () => own.connection, state: () => ({ seq: 1, usage: { epoch: 'e' } }) },
    navigation: quiet,
    directory: quiet,
    chosen: () => own.organisation,
  } as unknown as Dashboard;
  const host: ReactiveControllerHost & { dashboard: Dashboard } = {
    dashboard,
    addController: (one) => void controllers.push(one),
    removeController: () => {},
    requestUpdate: () => {},
    updateComplete: Promise.resolve(true),
  };
  return {
    host,
    dashboard,
    choose: (organisation: string) => {
      own.organisation = organisation;
    },
    connect: () => {
      for (const one of controllers) one.hostConnected?.();
    },
    disconnect: () => {
      for (const one of controllers) one.hostDisconnected?.();
    },
    update: () => {
      for (const one of controllers) one.hostUpdate?.();
    },
    become: (connection: string) => {
      own.connection = connection;
      live.emit();
    },
  };
}

/** Questions that a test answers one by one. */
function questions<T>() {
  const open: { resolve(value: T): void; reject(error: Error): void }[] = [];
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    asked: () => open.length,
    ask: () => new Promise<T>((resolve, reject) => void open.push({ resolve, reject })),
    answer: (nth: number, value: T) => {
      open[nth]?.resolve(value);
      return settled();
    },
    fail: (nth: number, error: Error) => {
      open[nth]?.reject(error);
      return settled();
    },
  };
}

describe('what a page asks', () => {
  it('UI-89: what could not be read while the daemon was away is read when it is back; what it refused is not', async () => {
    const { host, connect, update, become } = page();
    const { ask, asked, fail, answer } = questions<number>();
    const answered = new AskController(host, { key: () => 'bill', ask });
    connect();
    update();
    become('waiting');
    await fail(0, new Error('The daemon does not answer.'));
    expect(answered.error).not.toBeNull();
    become('live');
    expect(asked()).toBe(2);
    await answer(1, 7);
    expect([answered.value, answered.error]).toEqual([7, null]);
    answered.again();
    await fail(2, new ProblemError(404, {}));
    become('waiting');
    become('live');
    expect(asked()).toBe(3);
  });

  it('UI-6: an answer stays for the next question only within what it is about', async () => {
    const { host, connect, update } = page();
    const { ask, answer } = questions<number>();
    const about = { type: 'Recording', range: 'today' };
    const answered = new AskController(host, { key: () => JSON.stringify(about), ask, within: () => about.type });
    connect();
    update();
    await answer(0, 7);
    about.range = 'yesterday';
    update();
    expect(answered.value).toBe(7);
    about.type = 'Supervisor';
    update();
    expect(answered.value).toBeNull();
    await answer(1, 8);
    expect(answered.value).toBeNull();
  });

  it('UI-6: rows and answers of one organisation are forgotten before those of another are asked for', async () => {
    const { host, dashboard, choose } = page();
    const pages = questions<Page<string>>();
    const list = new ListController<string>(host, { about: () => dashboard.chosen(), ask: pages.ask, now: () => 0 });
    const single = questions<string>();
    const resource = new ResourceController<string>(host);
    void list.refresh();
    void resource.about('129').load(single.ask);
    await pages.answer(0, { items: ['edred'], nextCursor: 'more' });
    await single.answer(0, 'edred');
    void list.refresh();
    void resource.about('129').load(single.ask);
    expect([list.items, resource.value]).toEqual([['edred'], 'edred']);
    choose('130');
    void list.refresh();
    void resource.about('130').load(single.ask);
    expect([list.items, list.readAt, list.hasMore, resource.value]).toEqual([[], null, false, null]);
  });
});

describe('what a page looks at by the clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('UI-89: a page that was left looks at nothing any more, also when an order of it is answered afterwards', () => {
    const { host, dashboard, connect, disconnect } = page();
    let looks = 0;
    const follow = new FollowController(
      host,
      () => dashboard,
      () => '129',
      () => (looks += 1),
      EVERY_TEN_SECONDS,
    );
    connect();
    vi.advanceTimersByTime(10_000);
    expect(looks).toBe(2);
    disconnect();
    follow.now();
    vi.advanceTimersByTime(60_000);
    expect([looks, vi.getTimerCount()]).toEqual([2, 0]);
  });

  it('UI-89: what is followed is looked at again when the daemon is back, though nothing has changed', () => {
    const { host, dashboard, connect, become } = page();
    let looks = 0;
    new FollowController(
      host,
      () => dashboard,
      () => '129',
      () => (looks += 1),
    );
    connect();
    become('waiting');
    become('live');
    vi.advanceTimersByTime(3_000);
    expect(looks).toBe(2);
  });
});
